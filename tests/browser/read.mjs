// A reader's day: colours, keys, filters, marks, the list as BibTeX, paper, and all of it without scripts.

const text = (selector) => document.querySelector(selector)?.textContent.trim();
const focused = () => document.activeElement.textContent.trim();

export async function run(tools) {
  for (const part of [colours, filters, keys, issues, marks, visits, withoutScript, print, contrast, motion]) {
    await part(tools).catch((error) => tools.complain(`${part.name}: ${error.stack}`));
  }
}

async function colours({ plan, origin, visit, equal }) {
  const { base } = plan.sites[0];
  const { page, close } = await visit("colours");
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const pressed = () => page.$eval("button.scheme", (button) => button.ariaPressed);
  await page.goto(origin + base);
  const light = await ground();
  equal("the switch by day", await pressed(), "false");
  await page.click("button.scheme");
  const dark = await ground();
  if (light === dark) equal("the ground after the switch", dark, "another");
  equal("the switch when pressed", await pressed(), "true");

  // The first picture of the next page has the colours already, whenever its modules come.
  await page.setRequestInterception(true);
  const hold = (request) => request.url().includes("reader.js") ? undefined : request.continue();
  page.on("request", hold);
  await page.goto(`${origin}${base}tags/`, { waitUntil: "domcontentloaded" }).catch(() => {});
  await page.waitForSelector("footer.site");
  equal("the ground before the modules", await ground(), dark);
  page.off("request", hold);
  await page.setRequestInterception(false);

  await page.goto(`${origin}${base}tags/`);
  equal("the switch on the next page", await pressed(), "true");
  await page.click("button.scheme");
  equal("the ground after a second switch", await ground(), light);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
  await page.reload();
  equal("the ground when the system turns dark", await ground(), dark);
  await close();
}

async function filters({ plan, origin, visit, equal, complain }) {
  const { base, issue } = plan.sites[0];
  const { page, close } = await visit("filters");
  await page.goto(`${origin}${base}${issue}`);
  const shown = () => page.$$eval(".papers > li", (papers) => papers.filter((paper) => paper.getClientRects().length).length);
  const all = await shown();
  const [first, count] = await page.$eval(".of-the-day button", (button) => [button.value, Number(button.querySelector(".n").textContent)]);
  await page.click(".of-the-day button");
  equal("papers with the first tag", await shown(), count);
  equal("what is said of them", (await page.evaluate(text, ".shown [role=status]")).startsWith(`${count} `), true);
  equal("the address", await page.evaluate(() => location.search), `?tag=${first}`);
  const number = await page.$eval(".papers > li:not([hidden]):nth-child(n + 3) h2", (heading) => heading.closest("li").style.counterSet);
  if (!/^paper \d+$/.test(number)) complain(`filters: a paper lost its number: ${number}`);

  const second = await page.$$(".of-the-day button:not([aria-pressed=true]):not([disabled])");
  const [left] = await Promise.all([page.evaluate((button) => Number(button.querySelector(".n").textContent), second[0]), second[0].click()]);
  equal("papers with both tags", await shown(), left);
  await page.reload();
  equal("papers after loading again", await shown(), left);
  const closed = await page.$$eval(".of-the-day button:disabled", (buttons) => buttons.every((button) => button.querySelector(".n").textContent === "0"));
  equal("tags that would leave nothing", closed, true);
  await page.click(".shown button");
  equal("papers when all are shown", await shown(), all);
  equal("the address when all are shown", await page.evaluate(() => location.search), "");
  await close();
}

async function keys({ plan, origin, visit, equal }) {
  const { base, issue } = plan.sites[0];
  const { page, close } = await visit("keys");
  await page.goto(`${origin}${base}${issue}`);
  const titles = await page.$$eval(".papers h2", (headings) => headings.map((heading) => heading.textContent.trim()));
  const press = async (...names) => { for (const name of names) await page.keyboard.press(name); };
  await press("j");
  equal("j, first", await page.evaluate(focused), titles[0]);
  await press("j", "j", "k");
  equal("j j k", await page.evaluate(focused), titles[1]);
  const isOpen = () => page.evaluate(() => document.activeElement.closest("article").querySelector("details").open);
  await press("o");
  equal("o", await isOpen(), true);
  await press("o");
  equal("o again", await isOpen(), false);
  await press("s", "r");
  equal("s and r", await page.$$eval(".papers > li:nth-child(2) .marks button", (buttons) => buttons.map((button) => button.ariaPressed)), ["true", "true"]);
  await press("/");
  equal("/", await page.evaluate(() => document.activeElement.name), "q");
  await press("j");
  equal("j in the box is a letter", await page.evaluate(() => document.activeElement.value), "j");
  await page.evaluate(() => document.activeElement.blur());

  await press("?");
  await page.waitForSelector("dialog[open]");
  equal("the keys are named", await page.$$eval("dialog kbd", (names) => names.map((name) => name.textContent).join("")), "/jkosru?");
  await page.click("dialog input");
  await page.click("dialog form button");
  equal("the dialog closes", await page.$("dialog[open]"), null);
  await press("/");
  equal("keys that are off", await page.evaluate(() => document.activeElement.name ?? ""), "");
  await press("?");
  await page.click("dialog input");
  await press("Escape");

  const go = async (key) => { await Promise.all([page.waitForNavigation(), press(key)]); };
  await press("j");
  await go("Enter");
  equal("Enter opens the paper", await page.evaluate(text, "h1"), titles[0]);
  await go("j");
  equal("j goes to the next paper", await page.evaluate(text, "h1"), titles[1]);
  await go("k");
  equal("k goes back", await page.evaluate(text, "h1"), titles[0]);
  await go("u");
  equal("u goes up", await page.evaluate(() => location.pathname), `${base}${issue}`);
  await close();
}

async function issues({ plan, origin, visit, equal }) {
  const { base, issue, older } = plan.sites[0];
  const { page, close } = await visit("issues");
  await page.goto(`${origin}${base}${issue}`);
  const turn = async (rel) => {
    await Promise.all([page.waitForNavigation(), page.click(`.turn [rel=${rel}]`)]);
    return page.evaluate(() => location.pathname);
  };
  equal("the newest issue has none after it", await page.$$eval(".turn a", (links) => links.map((link) => link.rel)), ["prev"]);
  equal("the previous issue", await turn("prev"), `${base}${older}`);
  equal("what a browser is told of it", await page.$eval("link[rel=next]", (link) => link.getAttribute("href")), `${base}${issue}`);
  equal("the next issue", await turn("next"), `${base}${issue}`);
  await close();
}

async function marks({ plan, origin, visit, equal, complain }) {
  const { base, issue } = plan.sites[0];
  const { page, close } = await visit("marks");
  await page.goto(`${origin}${base}${issue}`);
  const papers = await page.$$eval(".papers h2 a", (links) => links.slice(0, 3).map((link) => ({ url: link.href, title: link.textContent.trim() })));
  for (const at of [1, 2, 3]) await page.click(`.papers > li:nth-child(${at}) .keep`);
  await page.click(".papers > li:nth-child(3) .read");
  equal("the count at the star", await page.$eval("a.kept", (link) => link.dataset.count), "3");

  await page.goto(papers[1].url);
  equal("the mark on its own page", await page.$eval(".keep", (button) => button.ariaPressed), "true");
  const bibtex = await page.$eval(".cite pre", (pre) => pre.textContent.trim());
  await page.evaluate(() => { navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); }; });
  await page.click(".cite summary");
  await page.click(".cite button");
  await page.waitForFunction(() => document.querySelector(".cite [role=status]").textContent);
  equal("copied", (await page.evaluate(() => window.copied)).trim(), bibtex);

  await page.goto(`${origin}${base}reading/`);
  const listed = () => page.$$eval("#kept-list a", (links) => links.map((link) => link.textContent));
  equal("the list, newest mark first", await listed(), papers.map(({ title }) => title).reverse());
  equal("links of the list", await page.$$eval("#kept-list a", (links) => links.map((link) => link.href)), papers.map(({ url }) => url).reverse());
  await page.evaluate(() => {
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => { blob.text().then((text) => { window.taken = text; }); return make(blob); };
  });
  await page.click("#kept-export");
  const taken = await (await page.waitForFunction(() => window.taken)).jsonValue();
  if (!taken.includes(bibtex)) complain(`marks: the list as BibTeX lacks an entry: ${taken}`);
  equal("entries", taken.match(/^@/gm).length, 3);
  await page.click("#kept-tidy");
  equal("the list without what is read", await listed(), [papers[1].title, papers[0].title]);
  await page.click("#kept-list .keep");
  await page.reload();
  equal("the list after a star is taken away", await listed(), [papers[0].title]);
  equal("cookies", await page.evaluate(() => document.cookie), "");

  // What one tab keeps, another shows.
  const other = await page.browserContext().newPage();
  await other.goto(`${origin}${base}${issue}`);
  await page.$eval("#kept-list .keep", (button) => button.click());
  await other.waitForFunction(() => document.querySelector("a.kept").dataset.count === "");
  await close();
}

async function visits({ plan, origin, visit, equal }) {
  const { base, issue, older } = plan.sites[0];
  const { page, close } = await visit("visits");
  const fresh = () => page.$$eval("mark.new", (marks) => marks.length);
  const name = `digest ${base}`;
  const age = (forgets) => page.evaluate((name, forgets) => {
    const kept = JSON.parse(localStorage.getItem(name));
    kept.visit.at -= 3600e3;
    if (forgets) kept.visit.slugs.shift();
    localStorage.setItem(name, JSON.stringify(kept));
  }, name, forgets);
  await page.goto(`${origin}${base}${older}`);
  equal("nothing is new at first", await fresh(), 0);
  await age(false);
  await page.goto(`${origin}${base}${issue}`);
  equal("an issue of a later day is new as a whole", await fresh(), 1);
  await page.reload();
  equal("and stays so during the visit", await fresh(), 1);
  await age(true);
  await page.reload();
  equal("a paper that came to a known issue", await fresh(), 1);
  equal("it is the first", await page.$eval("mark.new", (mark) => mark.closest("li")?.matches(":first-child")), true);
  await close();
}

async function withoutScript({ plan, origin, visit, equal, complain }) {
  const { base, issue, paper } = plan.sites[0];
  const { page, close } = await visit("no script");
  await page.setJavaScriptEnabled(false);
  await page.goto(`${origin}${base}${issue}`);
  const tags = await page.$$eval(".of-the-day a", (links) => links.map((link) => link.getAttribute("href")));
  if (tags.length < 5 || !tags.every((url) => url.startsWith(`${base}tags/`))) complain(`no script: the tags of the day lead to ${tags}`);
  await page.click(".abstract summary");
  equal("an abstract opens", await page.$eval(".abstract .prose", (text) => text.getBoundingClientRect().height > 40), true);
  const idle = await page.$$eval("button:not([type=submit])", (buttons) => buttons.filter((button) => button.getClientRects().length).length);
  equal("buttons that would do nothing", idle, 0);
  await page.goto(`${origin}${base}${paper}`);
  equal("a paper's abstract", await page.$eval(".prose", (text) => text.getBoundingClientRect().height > 100), true);
  await page.goto(`${origin}${base}search/`);
  const plain = await page.$eval("#without", (section) => [section.getBoundingClientRect().height > 0, section.querySelectorAll(".titles li").length]);
  equal("all papers are listed", plain, [true, plan.sites[0].papers]);
  await page.goto(`${origin}${base}reading/`);
  equal("the reading list says what it takes", await page.$eval("noscript", (text) => text.getBoundingClientRect().height > 0), true);
  await close();
}

async function print({ plan, origin, visit, equal }) {
  const { base, issue } = plan.sites[0];
  const { page, close } = await visit("print");
  await page.goto(`${origin}${base}${issue}`);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
  await page.emulateMediaType("print");
  const seen = await page.evaluate(() => {
    const height = (selector) => document.querySelector(selector)?.getBoundingClientRect().height ?? 0;
    return {
      closed: [...document.querySelectorAll(".abstract .prose")].filter((text) => text.getBoundingClientRect().height < 20).length,
      chrome: ["header.site nav", "header.site form", ".marks", "footer.site ul"].filter((part) => height(part) > 0),
      ink: getComputedStyle(document.body).color,
    };
  });
  equal("in print", seen, { closed: 0, chrome: [], ink: "rgb(0, 0, 0)" });
  equal("as a PDF", Buffer.from(await page.pdf({ format: "A4" })).subarray(0, 5).toString(), "%PDF-");
  await close();
}

async function contrast({ plan, origin, visit, equal }) {
  const { base } = plan.sites[0];
  const { page, close } = await visit("contrast");
  await page.goto(origin + base);
  const session = await page.createCDPSession();
  const features = (list) => session.send("Emulation.setEmulatedMedia", { features: list });
  await features([{ name: "prefers-contrast", value: "more" }]);
  equal("all text is ink", await page.evaluate(() => getComputedStyle(document.querySelector(".facts")).color === getComputedStyle(document.body).color), true);
  await features([{ name: "forced-colors", value: "active" }]);
  equal("no broad stroke", await page.$eval("header.site .name", (name) => getComputedStyle(name).textDecorationThickness), "auto");
  await close();
}

/** Nothing moves for anybody, so there is nothing to leave out for those who ask for less. */
async function motion({ plan, origin, visit, equal }) {
  const { base, issue } = plan.sites[0];
  const { page, close } = await visit("motion");
  for (const value of ["no-preference", "reduce"]) {
    await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value }]);
    await page.goto(`${origin}${base}${issue}`);
    await page.click("button.scheme");
    await page.click(".abstract summary");
    const moving = await page.evaluate(() => [...document.querySelectorAll("*")].filter((element) => {
      const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(element);
      return transitionDuration !== "0s" || animationName !== "none" || scrollBehavior !== "auto";
    }).length + document.getAnimations().length);
    equal(`what moves (${value})`, moving, 0);
  }
  await close();
}
