// Every kind of page on phones and desks: nothing scrolls sideways, headings are in order, formulas are drawn,
// targets are large enough, and axe finds nothing, in light and in dark.

import fs from "node:fs";

const WIDTHS = [320, 360, 768, 1440];

/** What a reader would stumble over on the page as it is. */
const stumble = (width, direction) => {
  const wrong = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const root = document.documentElement;
  if (root.scrollWidth > width) {
    const wide = all("body *").filter((element) => element.getBoundingClientRect().right > width + 1);
    wrong.push(`scrolls sideways at ${width} px: ${root.scrollWidth}, for one ${wide.at(-1)?.outerHTML.slice(0, 80)}`);
  }
  for (const name of ["h1", "main"]) if (all(name).length !== 1) wrong.push(`has not one ${name}`);
  let level = 1;
  for (const heading of all("h1, h2, h3, h4, h5, h6")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) wrong.push(`skips from h${level} to h${next}: ${heading.textContent.trim().slice(0, 40)}`);
    level = next;
  }
  const ids = all("[id]").map((element) => element.id);
  if (new Set(ids).size !== ids.length) wrong.push("has an id twice");
  const name = document.querySelector("header .name").getBoundingClientRect();
  const margins = [name.left, width - name.right];
  if (direction === "rtl") margins.reverse();
  if (margins[0] > margins[1]) wrong.push(`begins on the wrong side at ${width} px`);
  for (const text of all("svg text")) {
    const [box, frame] = [text, text.ownerSVGElement].map((element) => element.getBoundingClientRect());
    if (box.left < frame.left - 1 || box.right > frame.right + 1) wrong.push(`hides a word of a picture: ${text.textContent}`);
  }
  const formulas = all("main > * math").filter((math) => math.getClientRects().length);
  for (const math of formulas) {
    if (math.getBoundingClientRect().height < 4) wrong.push(`draws no formula: ${math.textContent}`);
  }
  // The button of the search box shows when it has the focus.
  for (const target of all("nav a, summary, button:not(.go), .tags a, .links a, .months a")) {
    const box = target.getBoundingClientRect();
    if (box.height && (box.height < 24 || box.width < 24)) {
      wrong.push(`has a target of ${box.width.toFixed(0)} × ${box.height.toFixed(0)} px: ${target.textContent.trim().slice(0, 30)}`);
    }
  }
  return { wrong, formulas: formulas.length };
};

export async function run({ plan, require, origin, visit, complain, note }) {
  const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
  const { page, close } = await visit("look");
  let [formulas, rules] = [0, 0];
  const judge = async (name) => {
    await page.evaluate(axe);
    const { violations, passes } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
    rules = Math.max(rules, passes.length);
    for (const { id, nodes } of violations) {
      for (const { html, failureSummary } of nodes.slice(0, 3)) complain(`${name}: axe says ${id}: ${html.slice(0, 160)} ${failureSummary.replace(/\s+/g, " ")}`);
    }
  };
  for (const { base, kinds, direction = "ltr" } of [...plan.sites, plan.mirrored]) {
    for (const path of kinds) {
      for (const [scheme, width] of [["light", 360], ["dark", 1440]]) {
        const name = `${base}${path} (${scheme})`;
        await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
        await page.setViewport({ width, height: 800 });
        await page.goto(`${origin}${base}${path}`, { waitUntil: "load" });
        const lightness = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).reduce((sum, part) => sum + part / 765, 0));
        if (scheme === "light" ? lightness < 0.9 : lightness > 0.15) complain(`${name}: the ground is not ${scheme}: ${lightness}`);
        if (scheme === "light") {
          for (const width of WIDTHS) {
            await page.setViewport({ width, height: 800 });
            const found = await page.evaluate(stumble, width, direction);
            formulas += found.formulas;
            for (const text of found.wrong) complain(`${base}${path} ${text}`);
          }
          await page.setViewport({ width, height: 800 });
        }
        await judge(name);
      }
    }
  }
  // The dialog of the keys, over a page.
  for (const scheme of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await page.goto(`${origin}${plan.sites[0].base}`);
    await page.keyboard.press("?");
    await page.waitForSelector("dialog[open]");
    await judge(`the dialog of keys (${scheme})`);
  }
  if (formulas < 5) complain(`only ${formulas} formulas were drawn`);
  if (rules < 20) complain(`axe judged by ${rules} rules`);
  note(`axe ${require("axe-core/package.json").version}: up to ${rules} rules passed on a page`);
  await close();
}
