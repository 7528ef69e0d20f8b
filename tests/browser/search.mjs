// The search as a reader uses it: typing, filters, keyboard, the way back, titles as text.

const results = (page) => page.$$eval("#results li a", (links) => links.map((link) => link.getAttribute("href")));
const found = (page) => page.$eval("#found", (status) => status.textContent);
const searched = (page, query) => page.waitForFunction((query) => document.body.dataset.searched === query, {}, query);

export async function run(tools) {
  for (const site of tools.plan.sites) await (site.questions ? findable : details)(tools, site);
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
