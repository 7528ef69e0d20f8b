// Opens every page of a site in a browser and tells what ran, what was asked of other hosts, what the
// policy had to stop, and which elements and attributes no page should have.
//
// node drive.mjs TOOLS CHROMIUM PROFILE ORIGIN PAGES.json
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";

const [tools, chromium, profile, origin, list] = process.argv.slice(2);
const puppeteer = createRequire(`${tools}/package.json`)("puppeteer-core");
const { pages, queries, isOpen, hasOverlay } = JSON.parse(readFileSync(list, "utf8"));

const ran = [];
const left = [];
const blocked = [];
const foreign = [];
let overlays = 0;

// Whatever host a page asks, this one answers, and remembers.
const beacon = net.createServer((socket) => {
  socket.on("error", () => {});
  socket.once("data", (bytes) => {
    const text = bytes.toString("latin1");
    if (text.includes("evil.example")) left.push(text.split("\r\n")[0].slice(0, 80));
    socket.end("HTTP/1.1 200 OK\r\ncontent-type: text/javascript\r\naccess-control-allow-origin: *\r\n" +
      "content-length: 29\r\n\r\nconsole.log('pwned-from-afar')");
  });
});
await new Promise((done) => beacon.listen(0, "127.0.0.1", done));

const browser = await puppeteer.launch({
  executablePath: chromium,
  headless: true,
  userDataDir: profile,
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-quic",
    `--host-resolver-rules=MAP * 127.0.0.1:${beacon.address().port}, EXCLUDE 127.0.0.1`,
  ],
});

async function open() {
  const page = await browser.newPage();
  page.setDefaultTimeout(20_000);
  page.on("console", (message) => {
    const text = message.text();
    if (text.startsWith("blocked: ")) blocked.push(`${text} on ${page.url()}`);
    else if (/^pwned-/.test(text)) ran.push(`${text} on ${page.url()}`);
  });
  page.on("dialog", (dialog) => { ran.push(`a dialog on ${page.url()}`); dialog.dismiss(); });
  await page.evaluateOnNewDocument(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.log(`blocked: ${event.effectiveDirective} ${event.blockedURI.slice(0, 60)}`);
    });
  });
  return page;
}

// What a page of a digest is made of; all else came from a paper.
function audit() {
  const wrong = [];
  const own = (address) => new URL(address, location.href).origin === location.origin;
  const all = [...document.querySelectorAll("*")];
  all.push(...all.flatMap((element) => [...element.shadowRoot?.querySelectorAll("*") ?? []]));
  for (const element of all) {
    const name = element.localName;
    const tell = (what) => wrong.push(`<${name}> ${what}`.slice(0, 160));
    if (/^(iframe|frame|object|embed|applet|base|style|template|noscript|audio|marquee|portal|dialog)$/.test(name)) {
      // The search page and the reading list have words for readers without a script, and the latter the
      // form of an entry; they hold no texts of papers.
      const theme = "body[data-kind=search] noscript, body[data-kind=reading] :is(noscript, #kept-one)";
      const isOfTheme = element.matches(theme) && !/pwned/.test(element.innerHTML);
      if (!isOfTheme) tell("is here");
    }
    if (name === "script" && !/^application\/(ld\+)?json$/.test(element.type)) {
      const isOwn = element.src && own(element.src) && /\/(theme|\.digest)\//.test(element.src);
      if (!isOwn || element.textContent) tell(`runs ${element.outerHTML}`);
    }
    if (name === "meta" && element.httpEquiv) {
      if (!/^(content-security-policy|refresh)$/i.test(element.httpEquiv)) tell(element.outerHTML);
    }
    if (name === "form" && !own(element.action)) tell(`leads to ${element.action}`);
    for (const { name: key, value } of element.attributes) {
      if (key.startsWith("on")) tell(`has ${key}`);
      if (/^(href|xlink:href|src|action|formaction|data|poster|background|ping|srcset|srcdoc)$/.test(key)) {
        const scheme = /^[\s\u0000-\u001f]*([a-z][a-z0-9+.-]*):/i.exec(value.replace(/[\t\n\r]/g, ""))?.[1].toLowerCase();
        const allowed = name === "a" && key === "href"
          ? ["http", "https", "mailto"].includes(scheme) || value.startsWith("data:application/x-bibtex;")
          : name === "link" && key === "href" && ["canonical", "alternate", "license"].includes(element.rel);
        if (scheme && !allowed) tell(`has ${key}=${value}`);
        if (!scheme && !own(value) && name !== "a") tell(`has ${key}=${value}`);
      }
      if (key === "style" && /url\(|expression|import/i.test(value)) tell(`has style=${value}`);
    }
  }
  return wrong;
}

function poke() {
  for (const element of document.querySelectorAll("*")) {
    for (const kind of ["mouseover", "pointerrawupdate", "focus"]) {
      element.dispatchEvent(new Event(kind, { bubbles: false }));
    }
  }
  for (const element of document.querySelectorAll("summary, [popovertarget]")) element.click?.();
  // Where texts are not escaped, their links and buttons are tried; they must not be scripts.
  const doubtful = 'a[href^="java" i], a[href^=" "], button, input[type=submit], input[type=image], svg a, math[href]';
  for (const element of document.querySelectorAll(doubtful)) {
    if (element.closest("[data-raw]")) element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  }
}

const wait = (time) => new Promise((done) => setTimeout(done, time));
const waiting = [...pages];
async function visit() {
  const page = await open();
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    try {
      await page.goto(origin + path, { waitUntil: "load" });
      if (hasOverlay) {
        await page.waitForSelector("digest-preview");
        overlays += 1;
      }
      if (!isOpen && path.endsWith(".html")) {
        foreign.push(...(await page.evaluate(audit)).map((what) => `${what} on ${path}`));
      }
      await page.evaluate(poke);
      if (isOpen) await wait(40);
    } catch (error) {
      // A page that is left by itself is told by what it asked for.
      if (!/navigation|detached|destroyed|ERR_ABORTED/i.test(String(error))) throw error;
    }
  }
  await page.close();
}
await Promise.all([visit(), visit()]);

// What a search shows is made by a script, so it is looked at when it is there.
let shown = 0;
if (queries.length > 0) {
  const page = await open();
  for (const query of queries) {
    await page.goto(`${origin}search/?q=${encodeURIComponent(query)}`, { waitUntil: "networkidle0" });
    await page.type("input[type=search]", " ");
    await wait(300);
    shown += await page.evaluate(() => document.querySelectorAll("main a[href*='/papers/']").length);
    await page.evaluate(poke);
    foreign.push(...(await page.evaluate(audit)).map((what) => `${what} in the search for ${query}`));
  }
  await page.close();
}
// A reader of feeds may put an entry into a page of its own, which has no policy.
let entries = 0;
if (pages.includes("feed.xml")) {
  const page = await open();
  await page.goto(`${origin}feed.json`);
  entries = await page.evaluate(async () => {
    const load = async (name) => (await fetch(name)).text();
    const atom = new DOMParser().parseFromString(await load("feed.xml"), "application/xml");
    const texts = [...atom.querySelectorAll("title, content, summary")].map((element) => element.textContent);
    texts.push(...JSON.parse(await load("feed.json")).items.map((item) => item.content_html ?? ""));
    const isHtml = (text) => text.includes("</p>");
    for (const text of texts.filter(isHtml)) {
      const entry = document.createElement("div");
      entry.innerHTML = text;
      document.body.append(entry);
    }
    return texts.filter(isHtml).length;
  });
  await page.evaluate(poke);
  await wait(300);
  foreign.push(...(await page.evaluate(audit)).filter((what) => !/ has (src|href)=/.test(what)).map((what) => `${what} in a feed`));
  await page.close();
}
await wait(200);
await browser.close();
beacon.close();
console.log(JSON.stringify({ pages: pages.length, shown, overlays, entries, ran, left, blocked, foreign }));
