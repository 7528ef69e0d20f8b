// Two tags together: the form, papers of older pages, the address, the way back, and no script.

const shown = (page) => page.$$eval(".papers > li", (papers) => papers.filter((paper) => paper.getClientRects().length)
  .map((paper) => paper.querySelector("h2 a").getAttribute("href").split("/").pop().replace(".html", "")));
const status = (page) => page.$eval(".second [role=status]", (status) => status.textContent);
const pager = (page) => page.$eval(".pager", (pager) => pager.getClientRects().length > 0);

export async function run({ plan, origin, visit, equal, complain }) {
  const { base, tags: { tag, second, all, both } } = plan.sites[0];
  const address = `${origin}${base}tags/${tag}.html`;
  const found = (count) => `${count} of ${all} papers`;
  const told = (page, count) => page.waitForFunction((text) => document.querySelector(".second [role=status]").textContent === text, {}, found(count));

  const { page, close } = await visit("two tags");
  await page.goto(address);
  await page.waitForSelector(".second:not([hidden])");
  const newest = await shown(page);
  equal("the pages of the tag", [await pager(page), newest.length < all], [true, true]);
  equal("the second tags", await page.$$eval(".second option", (options, second) => [options[0].value, options.some(({ value }) => value === second)], second), ["", true]);
  await page.select(".second select", second);
  await told(page, both.length);
  equal("papers with both tags", (await shown(page)).sort(), both);
  if (both.every((slug) => newest.includes(slug))) complain("two tags: no paper is on an older page, so nothing was tried");
  equal("the address", await page.evaluate(() => location.search), `?and=${second}`);
  equal("no pages but this one", await pager(page), false);
  equal("fetched papers can be marked", await page.$$eval(".papers > li:not([hidden])", (papers) => papers.every((paper) => paper.querySelectorAll(".marks button").length === 2)), true);
  await page.goBack();
  await page.waitForFunction(() => document.querySelector(".second select").value === "");
  equal("the tag alone again", [await shown(page), await status(page), await pager(page)], [newest, "", true]);

  await page.goto(`${address}?and=${second}`);
  await told(page, both.length);
  equal("by address", (await shown(page)).sort(), both);
  await page.goto(`${address}?and=no-such-tag`);
  await told(page, 0);
  equal("no paper", await shown(page), []);

  await page.setJavaScriptEnabled(false);
  await page.goto(`${address}?and=${second}`);
  equal("without a script", [await shown(page), await pager(page)], [newest, true]);
  await close();
}
