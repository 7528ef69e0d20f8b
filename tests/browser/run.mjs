// Opens built sites in one Chromium, as readers would, and says what is wrong with them.
//
// `node run.mjs plan.json`: the plan names the browser, the folder of npm packages, the sites and what is
// to be found on them. Every line that is printed is something that is wrong, or starts with `# `.

import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";
import { serve } from "./serve.mjs";

const plan = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const require = createRequire(path.join(plan.packages, "x"));
const puppeteer = require("puppeteer-core");

const server = await serve([...plan.sites, plan.mirrored], plan.port);
const browser = await puppeteer.launch({
  executablePath: plan.chromium,
  // Nothing but this machine can be found, whatever a page asks for.
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", "--disable-quic", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
});

const wrong = [];
const complain = (text) => wrong.push(text);
const tools = { plan, require, browser, origin: server.origin, complain, note: (text) => console.log(`# ${text}`) };

/** Opens a page in a profile of its own; errors of scripts and requests that lead away are complaints. */
tools.visit = async (what) => {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.on("pageerror", (error) => complain(`${what}: ${error.stack ?? error}`));
  page.on("console", (message) => { if (message.type() === "error") complain(`${what}: ${message.text()} ${message.location()?.url ?? ""}`); });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(server.origin) && !/^(data|blob):/.test(url)) complain(`${what}: asks ${url}`);
  });
  page.setDefaultTimeout(20_000);
  return { page, close: () => context.close() };
};
tools.equal = (what, found, expected) => {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) complain(`${what}: ${a} instead of ${b}`);
};

try {
  for (const suite of plan.suites) {
    const began = Date.now();
    const { run } = await import(`./${suite}.mjs`);
    await run(tools).catch((error) => complain(`${suite}: ${error.stack}`));
    tools.note(`${suite}: ${((Date.now() - began) / 1000).toFixed(1)} s`);
  }
} finally {
  await browser.close();
  server.close();
}
for (const line of wrong) console.log(line);
process.exitCode = wrong.length ? 1 : 0;
