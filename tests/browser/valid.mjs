// html-validate over all pages of the first site.

import fs from "node:fs";
import path from "node:path";
import rules from "./html-validate.mjs";

export async function run({ plan, require, complain, note }) {
  const { HtmlValidate, StaticConfigLoader } = require("html-validate");
  const judge = new HtmlValidate(new StaticConfigLoader(rules));
  const { folder } = plan.sites[0];
  const pages = fs.readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".html"));
  for (const name of pages) {
    const { results } = await judge.validateString(fs.readFileSync(path.join(folder, name), "utf8"), name);
    for (const { messages } of results) {
      for (const { ruleId, message, line } of messages) complain(`${name}:${line}: ${ruleId}: ${message}`);
    }
  }
  note(`html-validate ${require("html-validate/package.json").version}: ${pages.length} pages`);
}
