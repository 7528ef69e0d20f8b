// The search as a reader uses it: typing, filters, phrases, keyboard, the way back, titles as text.

import fs from "node:fs";
import path from "node:path";

const PHRASES = ["catastrophic forgetting", "forgetting catastrophic", "in context learning", "state of the art", "we propose a",
  "long term memory"];

const results = (page) => page.$$eval("#results li a", (links) => links.map((link) => link.getAttribute("href")));
const found = (page) => page.$eval("#found", (status) => status.textContent);
const searched = (page, query) => page.waitForFunction((query) => document.body.dataset.searched === query, {}, query);

export async function run(tools) {
  for (const site of tools.plan.sites) {
    await (site.questions ? findable : details)(tools, site);
    await phrases(tools, site);
  }
}

/** Which papers hold which phrases, read from all pages. */
function read(folder) {
  const holding = PHRASES.map(() => []);
  for (const name of fs.readdirSync(path.join(folder, "papers")).filter((name) => name.endsWith(".html")).sort()) {
    const html = fs.readFileSync(path.join(folder, "papers", name), "utf8");
    if (html.includes('http-equiv="refresh"')) continue;
    const parts = [/<h1[^>]*>(.*?)<\/h1>/s, /<section class="prose">(.*?)<\/section>/s].map((part) => part.exec(html)?.[1] ?? "");
    parts.push(...[...html.matchAll(/<li><a href="[^"]*\/tags\/[^"]*">(.*?)<\/a>/gs)].map(([, tag]) => tag));
    const texts = parts.map((part) => {
      const text = part.replace(/<math.*?<\/math>/gs, "").replace(/<\/(p|li|h\d|td|th|dd|dt|pre)>/g, " ").replace(/<[^>]*>/g, "")
        .replace(/&(\w+|#\d+);/g, " ");
      return ` ${text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean).join(" ")} `;
    });
    PHRASES.forEach((phrase, i) => { if (texts.some((text) => text.includes(` ${phrase} `))) holding[i].push(name.replace(".html", "")); });
  }
  return holding;
}

/** A phrase finds the papers that hold it, all of them and no others; where a host gives no parts of files, the best. */
async function phrases({ origin, visit, equal, complain, note }, { base, folder }) {
  const expected = read(folder);
  const { page, close } = await visit("phrases");
  let [asked, withParts] = [0, true];
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    const { range, ...headers } = request.headers();
    if (range) asked++;
    request.continue(withParts ? {} : { headers });
  });
  const index = /data-index="([^"]+)"/.exec(fs.readFileSync(path.join(folder, "search/index.html"), "utf8"))[1];
  const ask = async () => {
    await page.goto(`${origin}${base}404.html`);
    return page.evaluate(async (base, index, phrases) => {
      const { Index } = await import(`${base}theme/search.js`);
      const search = new Index(index);
      const answers = [];
      for (const phrase of phrases) {
        const { numbers, whole, untold } = await search.search(`"${phrase}"`);
        const papers = await search.papers(numbers, false);
        answers.push({ slugs: papers.map(({ slug }) => slug).sort(), whole, untold: untold.length });
      }
      return answers;
    }, base, index, PHRASES);
  };
  const answers = await ask();
  const strange = PHRASES.map((phrase, i) => {
    const { slugs, whole, untold } = answers[i];
    equal(`"${phrase}" in ${base}, counted and told`, [whole, untold], [slugs.length, 0]);
    const missed = expected[i].filter((slug) => !slugs.includes(slug));
    if (missed.length) complain(`"${phrase}" in ${base} misses ${missed.length} of ${expected[i].length}: ${missed[0]}`);
    const more = slugs.filter((slug) => !expected[i].includes(slug));
    // Three words are found as two pairs, which a few papers have apart.
    const most = phrase.split(" ").length > 2 ? Math.ceil(expected[i].length / 20) : 0;
    if (more.length > most) complain(`"${phrase}" in ${base} finds ${more.length} others: ${more[0]}`);
    return more.length;
  });
  note(`phrases in ${base}: ${expected.map((slugs, i) => `${slugs.length} + ${strange[i]}`)} papers`);
  if (!asked) complain(`phrases in ${base}: no part of a file was asked for`);
  withParts = false;
  const whole = await ask();
  const large = expected[3].length > 1000;
  equal(`phrases of which the index cannot be asked in parts in ${base}`, whole.some(({ untold }) => untold > 0), large);
  if (!large) equal(`phrases without parts of files in ${base}`, whole, answers);
  await close();
}

/** Of ten thousand papers, each is found by its title, and soon. */
async function findable({ origin, visit, complain, note }, { base, questions }) {
  const { page, close } = await visit("search of many");
  await page.goto(`${origin}${base}search/`, { waitUntil: "networkidle0" });
  const times = [];
  for (const { query, slug } of questions) {
    await page.$eval("#q", (box) => { box.value = ""; });
    await page.type("#q", query.slice(0, -1));
    await searched(page, query.slice(0, -1));
    const began = Date.now();
    await page.keyboard.type(query.slice(-1));
    await searched(page, query);
    times.push(Date.now() - began);
    const at = (await results(page)).indexOf(`${base}papers/${slug}.html`);
    if (at < 0 || at > 4) complain(`search of many: ${query} finds ${slug} at ${at}`);
  }
  // A pause of 150 ms after the last letter is part of it.
  note(`search of many: ${Math.max(...times)} ms at most from the last letter to the results`);
  if (Math.min(...times) > 1000) complain(`search of many takes ${times} ms`);
  await close();
}

async function details({ origin, visit, equal, complain }, { base, expected }) {
  const { page, close } = await visit("search");
  const { query } = expected;
  await page.goto(`${origin}${base}search/?q=${query.replace(" ", "+")}`);
  await searched(page, query);
  equal("the script ranks as the reader does", await results(page), expected.results);
  equal("the count", await found(page), expected.found);
  equal("it is announced", await page.$eval("#found", (status) => status.ariaLive), "polite");
  const marks = await page.$$eval("#results mark", (marks) => marks.map((mark) => mark.textContent.toLowerCase()));
  for (const word of expected.marks) if (!marks.includes(word)) complain(`search: ${word} is not marked: ${marks}`);

  const type = async (text) => {
    await page.$eval("#q", (box) => { box.value = ""; box.focus(); });
    await page.type("#q", text);
    await searched(page, text);
  };
  await type(expected.typed.query);
  equal("results while typing", await results(page), expected.typed.results);
  equal("the address", await page.evaluate(() => location.search), `?q=${expected.typed.query.replace(" ", "+")}`);
  // Papers have both words, and fewer of them the phrase.
  await type('"forgetting catastrophic"');
  equal("no paper holds the words the other way round", await results(page), []);
  await type('"catastrophic forgetting"');
  const holds = async (href) => (await page.evaluate(async (href) => (await fetch(href)).text(), href)).toLowerCase().includes("catastrophic forgetting");
  const phrased = await results(page);
  equal("papers with a phrase", [phrased.length > 2, (await Promise.all(phrased.map(holds))).every(Boolean)], [true, true]);
  await type("unlearning");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.closest("#results"));
  const at = () => page.evaluate(() => [...document.querySelectorAll("#results a")].indexOf(document.activeElement));
  equal("Enter leads to the first result", await at(), 0);
  await page.keyboard.press("ArrowDown");
  equal("arrows go on", await at(), 1);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  equal("and back to the box", await page.evaluate(() => document.activeElement.id), "q");

  const [tag, name] = await page.$eval("[name=tag] option:nth-child(2)", (option) => [option.value, option.textContent]);
  await page.$eval("#q", (box) => { box.value = ""; });
  await page.evaluate(() => { delete document.body.dataset.searched; });
  await page.select("[name=tag]", tag);
  await searched(page, "");
  equal("papers with a tag", (await found(page)).split(" ")[0], name.match(/\((\d+)\)$/)[1]);
  equal("the address with a tag", await page.evaluate(() => location.search), `?tag=${tag}`);
  const before = (await results(page)).length;
  await page.click("#more");
  await page.waitForFunction((before) => document.querySelectorAll("#results li").length > before, {}, before);
  await page.select("[name=tag]", "");

  const [first, last] = await page.$eval("[name=issue]", (day) => [day.min, day.max]);
  const choose = async (day, count) => {
    await page.$eval("[name=issue]", (input, day) => {
      input.value = day;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }, day);
    await page.waitForFunction((count) => document.querySelector("#found").textContent.startsWith(count), {}, count);
  };
  equal("the days of issues", [first < last, last], [true, "2025-08-06"]);
  await choose(first, "2 papers");
  equal("the papers of a day", (await results(page)).length, 2);
  equal("the address with a day", await page.evaluate(() => location.search), `?issue=${first}`);
  await choose(last.replace("2025", "2024"), "No paper");
  await page.$eval("[name=issue]", (day) => { day.value = ""; });

  await type("onerror");
  const evil = await page.$eval("#results", (list) => [list.querySelectorAll("img, script").length, list.textContent.includes("<img src=x onerror=alert(1)>")]);
  equal("a title is text", evil, [0, true]);
  await type("zzzz qqqq");
  equal("nothing is found", [(await results(page)).length, await found(page)], [0, "No paper found"]);

  // From the box on any page, and back by the browser's own way.
  await page.goto(`${origin}${base}archive/`);
  await page.keyboard.press("/");
  await page.keyboard.type("memory");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  await searched(page, "memory");
  const best = (await results(page))[0];
  await type("robots");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.closest("#results"));
  await page.goBack();
  await searched(page, "memory");
  equal("back", [await page.$eval("#q", (box) => box.value), (await results(page))[0]], ["memory", best]);
  await close();
}
