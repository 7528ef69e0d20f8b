// Asks both searches the same questions in one Chromium, and prints a table of what came of it.
//
// Quality is taken in one page that stays open; bytes in pages of their own, with an empty cache, counted
// by the server: what is fetched beyond the scripts until the first results can be shown.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

const out = process.argv[2];
const site = join(out, "public");
const tools = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../../target/test-tools/");
const puppeteer = createRequire(join(tools, "package.json"))("puppeteer-core");
const questions = JSON.parse(readFileSync(join(out, "questions.json"), "utf8"));
const SETS = ["three words", "one typo", "prefix", "two words", "one word"];
const ASKED_FRESH = Number(process.env.FRESH ?? 20);

const types = { ".js": "text/javascript", ".html": "text/html", ".json": "application/json", ".wasm": "application/wasm" };
const page0 = readFileSync(join(site, "search/index.html"), "utf8");
const index = /data-index="([^"]+)"/.exec(page0)[1];
// The site may have been built for a path.
const under = index.slice(0, index.indexOf("search/"));
let fetched = [];
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  const path = decodeURIComponent(pathname.startsWith(under) ? pathname.slice(under.length - 1) : pathname);
  if (path === "/blank.html") {
    response.setHeader("content-type", "text/html");
    return response.end("<!doctype html><html lang=en><title>blank</title>");
  }
  try {
    const whole = readFileSync(join(site, path));
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
    const bytes = from ? whole.subarray(Number(from), Number(to) + 1) : whole;
    fetched.push([path, bytes]);
    response.setHeader("content-type", types[extname(path)] ?? "application/octet-stream");
    response.setHeader("cache-control", "max-age=3600");
    // By this a browser knows that parts are of one file, and keeps them.
    response.setHeader("etag", `"${whole.length}"`);
    if (from) {
      response.statusCode = 206;
      response.setHeader("content-range", `bytes ${from}-${to}/${whole.length}`);
    }
    response.end(bytes);
  } catch {
    response.statusCode = 404;
    response.end();
  }
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const base = `http://127.0.0.1:${server.address().port}`;

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-quic"],
  protocolTimeout: 900_000,
});

/** Opens a page in which `ask(query, shown)` is a search: slugs of the first ten, the first `shown` fetched first. */
async function open(engine, context) {
  context ??= await browser.createBrowserContext();
  const page = await context.newPage();
  await page.goto(`${base}/blank.html`);
  await page.evaluate(async (engine, index) => {
    const slugOf = (url) => url.replace(/.*\/|\.html.*/g, "");
    if (engine === "digest") {
      const { Index } = await import("/theme/search.js");
      const search = new Index(index);
      window.ask = async (query, ten) => {
        const { numbers, words } = await search.search(query);
        const first = Math.max(3, 6 - words.length);
        const papers = await search.papers(numbers.slice(0, ten ? 10 : first));
        return papers.map((paper) => paper.slug);
      };
    } else {
      const pagefind = await import("/pagefind/pagefind.js");
      await pagefind.init();
      window.ask = async (query, ten) => {
        const { results } = await pagefind.search(query);
        // Its own interface shows five.
        const data = await Promise.all(results.slice(0, ten ? 10 : 5).map((result) => result.data()));
        return data.map(({ url }) => slugOf(url));
      };
    }
  }, engine, index);
  return { context, page };
}

async function quality(engine) {
  const { context, page } = await open(engine);
  const scores = {};
  for (const set of SETS) {
    const asked = questions[set];
    const answers = await page.evaluate(async (queries) => {
      const answers = [];
      for (const query of queries) answers.push(await ask(query, true));
      return answers;
    }, asked.map(([, query]) => query));
    const places = answers.map((slugs, i) => slugs.indexOf(asked[i][0]));
    const mean = (value) => places.reduce((sum, place) => sum + value(place), 0) / places.length;
    scores[set] = {
      first: mean((place) => Number(place === 0)),
      five: mean((place) => Number(place >= 0 && place < 5)),
      mrr: mean((place) => (place < 0 ? 0 : 1 / (place + 1))),
    };
  }
  await context.close();
  return { scores };
}

const isScript = (path) => /\.(js|wasm|html)$|wasm\..*\.pagefind$/.test(path);

async function bytes(engine) {
  const sums = {};
  let script = 0;
  const times = [];
  for (const set of SETS) {
    const asked = questions[set].filter((_, i) => i % Math.ceil(questions[set].length / ASKED_FRESH) === 0);
    const counted = [];
    for (const [, query] of asked) {
      fetched = [];
      const { context, page } = await open(engine);
      await page.evaluate((query) => ask(query, false), query);
      const cold = fetched;
      // The same in a new page, to which the browser gives all files from its cache.
      const again = await open(engine, context);
      times.push(await again.page.evaluate(async (query) => {
        const start = performance.now();
        await ask(query, false);
        return performance.now() - start;
      }, query));
      await context.close();
      fetched = cold;
      counted.push(fetched.filter(([path]) => !isScript(path)).reduce((sum, [, bytes]) => sum + bytes.length, 0));
      const packed = ([path, bytes]) => (path.endsWith(".js") ? gzipSync(bytes).length : bytes.length);
      script = fetched.filter(([path]) => isScript(path)).reduce((sum, file) => sum + packed(file), 0);
    }
    counted.sort((a, b) => a - b);
    sums[set] = [counted.reduce((a, b) => a + b, 0) / counted.length / 1000, counted.at(-1) / 1000];
  }
  times.sort((a, b) => a - b);
  return { sums, script: script / 1000, median: times[times.length >> 1], most: times.at(-1) };
}

function size(folder, keep) {
  const files = readdirSync(join(site, folder), { recursive: true })
    .map((name) => join(site, folder, String(name)))
    .filter((name) => statSync(name).isFile() && keep(name));
  return [files.length, files.reduce((sum, name) => sum + statSync(name).size, 0) / 1e6];
}

const engines = [];
for (const engine of ["digest", "pagefind"]) {
  const kept = engine === "digest"
    ? size("search", (name) => name.endsWith(".bin"))
    : size("pagefind", (name) => /\.(pf_\w+|json)$/.test(name));
  engines.push({ engine, kept, ...await quality(engine), ...await bytes(engine) });
}
await browser.close();
server.close();

const row = (name, value) => console.log(`| ${name} | ${engines.map(value).join(" | ")} |`);
console.log("| | digest | Pagefind 1.6.0 |\n|---|---:|---:|");
row("index: files", ({ kept }) => kept[0]);
row("index: size", ({ kept }) => `${kept[1].toFixed(1)} MB`);
row("scripts, compressed", ({ script }) => `${script.toFixed(1)} KB`);
for (const set of SETS) {
  row(`${set}: bytes, mean (most)`, ({ sums }) => `${sums[set][0].toFixed(1)} KB (${sums[set][1].toFixed(1)})`);
}
for (const set of SETS.slice(0, 3)) {
  row(`${set}: first / in five / MRR`, ({ scores }) =>
    ["first", "five", "mrr"].map((name) => scores[set][name].toFixed(3)).join(" / "));
}
row("first query from the browser's cache: median (most)", ({ median, most }) => `${median.toFixed(0)} ms (${most.toFixed(0)})`);
const ahead = SETS.slice(0, 3).every((set) => engines[0].scores[set].five >= engines[1].scores[set].five);
const good = engines[0].scores["three words"].five >= 0.95 && engines[0].scores["one typo"].five >= 0.85;
console.log(ahead && good ? "\ndigest is ahead on each" : "\ndigest is NOT ahead on each");
process.exitCode = ahead && good ? 0 : 1;
