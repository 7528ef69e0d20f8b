// `digest serve` in a browser: a mistake over the last good page, the focus, the keys, and the place where one was reading.

import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

const PAPER = "titans-learning-to-memorize-at-test-time";

export async function run({ plan, browser, require, complain, equal }) {
  const { program, root } = plan.preview;
  const server = spawn(program, ["serve", "--port", "0", "--root", root], { stdio: ["ignore", "ignore", "pipe"] });
  try {
    const address = await new Promise((told, failed) => {
      let said = "";
      server.stderr.on("data", (part) => {
        said += part;
        const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(said);
        if (found) told(found[0]);
      });
      server.on("exit", () => failed(new Error(`serve ended: ${said}`)));
    });
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on("pageerror", (error) => complain(`preview: ${error}`));
    await follow({ page, address, root, require, equal, complain });
    await context.close();
  } finally {
    server.kill("SIGKILL");
  }
}

async function follow({ page, address, root, require, equal, complain }) {
  const file = path.join(root, `content/papers/2025-08-06/${PAPER}.md`);
  const good = fs.readFileSync(file, "utf8");
  const save = (text) => fs.writeFileSync(file, text);
  const overlay = () => page.evaluate(() => {
    const root = document.querySelector("digest-preview")?.shadowRoot;
    const dialog = root?.querySelector("dialog");
    return {
      open: dialog?.open ?? false, title: root?.querySelector("h2")?.textContent ?? "",
      focus: dialog ? dialog.contains(root.activeElement) : false, corner: root?.querySelector(".corner")?.textContent ?? "",
    };
  });
  const isOpen = (open) => page.waitForFunction((open) => (document.querySelector("digest-preview")?.shadowRoot.querySelector("dialog").open ?? false) === open, {}, open);

  await page.setViewport({ width: 1000, height: 400 });
  await page.goto(`${address}papers/${PAPER}.html`);
  await page.waitForSelector(".marks button");
  await page.evaluate(() => { scrollTo(0, 150); document.querySelector("footer.site a").focus({ preventScroll: true }); });
  const place = () => page.evaluate(() => [scrollY, document.activeElement.textContent]);
  const before = await place();

  save(good.replace("title:", "titel:"));
  await isOpen(true);
  equal("the mistake", await overlay(), { open: true, title: "1 error", focus: true, corner: "1 error" });
  const told = await page.evaluate(() => document.querySelector("digest-preview").shadowRoot.querySelector(".list").textContent);
  for (const part of ["error[unknown-key]", `${PAPER}.md:2:1`, "^^^^^", "did you mean `title`?"]) {
    if (!told.includes(part)) complain(`preview: the mistake does not tell ${part}: ${told}`);
  }
  equal("where the page stands behind it", (await place())[0], before[0]);
  const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
  for (const scheme of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => axe.run("digest-preview", { resultTypes: ["violations"] }));
    for (const { id, nodes } of violations) complain(`preview (${scheme}): axe says ${id}: ${nodes[0].html.slice(0, 160)}`);
    if (process.env.DIGEST_SHOTS) await page.screenshot({ path: path.join(process.env.DIGEST_SHOTS, `overlay-${scheme}.png`) });
  }
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  equal("the focus does not leave it", (await page.evaluate(() => document.activeElement.localName)), "digest-preview");
  await page.keyboard.press("j");
  equal("the page's own keys do nothing", await page.evaluate(() => location.pathname), `/papers/${PAPER}.html`);

  await page.keyboard.press("Escape");
  await isOpen(false);
  equal("after Escape the reader is where they were", await place(), before);
  equal("what is left of it", (await overlay()).corner, "1 error");
  await page.evaluate(() => document.querySelector("digest-preview").shadowRoot.querySelector(".corner button").click());
  await isOpen(true);

  save(good);
  await page.waitForFunction(() => !document.querySelector("digest-preview"));
  equal("it goes with the mistake", (await place())[0], before[0]);

  const loaded = page.waitForNavigation();
  save(`${good}\nA sentence that was added while somebody read.\n`);
  await loaded;
  await page.waitForFunction(() => document.querySelector(".prose").textContent.includes("while somebody read"));
  await page.waitForFunction((y) => scrollY === y, {}, before[0]).catch(async () => equal("the place after a change", (await place())[0], before[0]));
  save(good);
}
