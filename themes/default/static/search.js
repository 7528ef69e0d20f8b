// Search: reads the index that `digest build` writes, ranks, and shows. No page needs it to be read.
// The format and the rules of words are those of `src/search.rs`; what is shown is text, never markup.

const WORTH = [1, 1.5, 2.5, 4, 5]; // a mention, several, an author or tag, the title, both
const MORE = 10; // results that a reader asks for are fetched at once
const SMALL = 3000; // papers of a site whose words cost so little that as many are fetched at first
const READ = 30; // papers that are read for a phrase where the host gives no parts of files
const WHOLE = 1e5; // bytes that are fetched there where a few hundred would do

/** How many results are fetched at first: where there are many papers the fewer, the more the words have cost. */
const firstOf = (words, papers) => papers > SMALL ? Math.max(3, 6 - words.length) : MORE;

const SPELLING = { ß: "ss", ø: "o", ł: "l", đ: "d", æ: "ae", œ: "oe", ı: "i" };
const IDEOGRAPH = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff";
const WORD = new RegExp(
  `(?:[${IDEOGRAPH}]|(?:(?![${IDEOGRAPH}])[\\p{Alphabetic}\\p{N}])+)(?:[+#]+(?![\\p{Alphabetic}\\p{N}]))?`,
  "gu",
);

const fold = (text) =>
  text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()
    .replace(/[ßøłđæœı]/g, (c) => SPELLING[c]).replace(/[\u{10000}-\u{10ffff}]/gu, " ");
const wordsOf = (text) => fold(text).match(WORD) ?? [];

/** What is left of a word without the ending of a plural or a verb. */
const rootOf = (word) => {
  const root = word.replace(/(?:ies|ing|ed|es|e|s|y)$/, "");
  return root.length > 2 ? root : word;
};

/** Whether one letter more, less or other, or two changed about, make two words equal. */
function near(a, b) {
  if (Math.abs(a.length - b.length) > 1) return false;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const [x, y] = [a.slice(i), b.slice(i)];
  if (x.length < y.length) return x === y.slice(1);
  if (x.length > y.length) return x.slice(1) === y;
  return x.slice(1) === y.slice(1) || (x[0] === y[1] && x[1] === y[0] && x.slice(2) === y.slice(2));
}

/** The index: fetches what a query needs, and keeps it. */
export class Index {
  constructor(url) {
    this.url = url;
    this.kept = new Map();
    this.tooLarge = new Set();
  }

  keep(key, make) {
    if (!this.kept.has(key)) {
      const made = make();
      this.kept.set(key, made);
      made.catch(() => this.kept.delete(key)); // a lost connection may come back
    }
    return this.kept.get(key);
  }

  urlOf(name) {
    return this.url.replace(/[^/]*$/, `${name}.bin`);
  }

  async whole(url) {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    return unpack(answer.body);
  }

  /** Returns a part of a file; nothing where the host gives files only as a whole, and this one is large. */
  async part(name, from, to, most = WHOLE) {
    if (this.tooLarge.has(name)) return null;
    const answer = await fetch(this.urlOf(name), { headers: { Range: `bytes=${from}-${to - 1}` } });
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
    if (answer.status === 200 && answer.headers.get("Content-Length") > most) {
      this.tooLarge.add(name);
      await answer.body.cancel();
      return null;
    }
    const bytes = new Uint8Array(await answer.arrayBuffer());
    return answer.status === 200 ? bytes.slice(from, to) : bytes;
  }

  head() {
    return this.keep("head", async () => {
      const head = JSON.parse(textOf(await this.whole(this.url)));
      head.common = new Set(head.common);
      return head;
    });
  }

  words(head, number) {
    const name = head.words[number]?.[1];
    return name ? this.keep(name, async () => readWords(await this.whole(this.urlOf(name)), head.papers)) : [];
  }

  /** Returns what results show: title, address, day and teaser of the papers with these numbers. */
  async papers(numbers, withTeasers = true) {
    const head = await this.head();
    return Promise.all(numbers.map(async (number) => {
      const block = Math.floor(number / head.block);
      const sheet = Math.floor(number / head.sheet);
      const list = await this.keep(`block ${block}`, async () => {
        const first = sheet * head.sheet / head.block;
        const from = head.lengths.slice(first, block).reduce((sum, length) => sum + length, 0);
        const bytes = await this.part(head.sheets[sheet][0], from, from + head.lengths[block], Infinity);
        return readPapers(textOf(await unpack(new Response(bytes).body)));
      });
      const paper = list[number % head.block];
      return { ...paper, teaser: withTeasers ? await this.teaser(head.sheets[sheet][1], paper) : "" };
    }));
  }

  async teaser(name, { from, to }) {
    if (from === to) return "";
    // A result without a teaser is still a result.
    const bytes = await this.part(name, from, to).catch(() => null);
    return bytes ? textOf(bytes) : "";
  }

  /** Returns the papers in which these words follow each other; nothing where the host gives no parts of files. */
  async phrase(head, words) {
    const digits = Math.min(head.papers.toString(2).length + 13, 32);
    const lists = await Promise.all(words.slice(1).map((word, i) => {
      const key = pairOf(words[i], word) >>> (32 - digits);
      return this.pair(head, key >>> 15, key & 0x7fff);
    }));
    if (lists.includes(null)) return null;
    return lists.map((list) => new Set(list)).reduce((some, other) => new Set([...some].filter((paper) => other.has(paper))));
  }

  /** Returns the papers that have a pair of words, which is so many numbers from the start of a page. */
  async pair({ pairs, papers }, page, within) {
    if (!papers) return [];
    const at = await this.part(pairs, 4 * page, 4 * page + 8);
    if (!at) return null;
    const [from, to] = new Uint32Array(at.buffer);
    const bits = new Bits(await this.part(pairs, from, to));
    const count = bits.count() - 1;
    const next = bits.numbers(count, 15);
    for (let i = 0; i < count; i++) {
      const key = next();
      const list = Array.from({ length: bits.count() });
      const paper = bits.numbers(list.length, lengthOf(papers));
      for (let j = 0; j < list.length; j++) list[j] = paper();
      if (key === within) return list;
    }
    return [];
  }

  /** Returns the numbers of papers for a query, best first, how many of them have all words, and the phrases that
   * they may not hold. */
  async search(query, { tag = "", year = "", issue = "", sort = "" } = {}) {
    const head = await this.head();
    const phrases = [...query.matchAll(/"([^"]+)"/g)].map((match) => wordsOf(match[1]));
    const strict = new Set(phrases.flat());
    const long = phrases.filter((words) => words.length > 1);
    const holding = await Promise.all(long.map((words) => this.phrase(head, words)));
    const held = holding.filter(Boolean);
    // A pair says of frequent words what the index of words leaves out.
    const told = new Set(long.filter((_, i) => holding[i]).flat());
    const words = [...new Set(wordsOf(query))];
    const open = words.at(-1);
    const found = await Promise.all(words.map((word) =>
      this.lookUp(head, word, word === open && !strict.has(word), strict.has(word), told.has(word))));
    const passes = await this.filter(head, tag, year, issue);
    const holds = (paper) => held.every((papers) => papers.has(paper));
    const total = found.reduce((sum, { rarity }) => sum + rarity, 0);
    const scores = new Map();
    for (const { papers, rarity } of found) {
      for (const [paper, worth] of papers) {
        const score = scores.get(paper) ?? [0, 0];
        scores.set(paper, [score[0] + worth * rarity, score[1] + rarity]);
      }
    }
    for (const paper of held[0] ?? []) if (!scores.has(paper)) scores.set(paper, [0, 0]);
    let ranked = [];
    if (!words.length && (tag || year || issue)) {
      for (let paper = head.papers; paper--;) if (passes(paper)) ranked.push([paper, 0, true]);
    }
    for (const [paper, [score, part]] of scores) {
      if (!passes(paper) || !holds(paper)) continue;
      const whole = found.every(({ papers, required }) => !required || papers.has(paper));
      const exact = found.every(({ papers, must }) => !must || papers.has(paper));
      if (exact) ranked.push([paper, score * (part / total) ** 2, whole]);
    }
    const whole = ranked.filter((one) => one[2]).length;
    if (whole >= MORE || (whole && sort)) ranked = ranked.filter((one) => one[2]);
    ranked.sort((a, b) => b[1] - a[1] || b[0] - a[0]);
    ranked.length = Math.min(ranked.length, Math.max(whole, MORE));
    if (sort === "date") ranked.sort((a, b) => b[0] - a[0]);
    return { numbers: ranked.map((one) => one[0]), whole, words, untold: long.filter((_, i) => !holding[i]) };
  }

  async filter(head, tag, year, issue) {
    const at = head.years.findIndex(([name]) => String(name) === year);
    let from = year ? head.years[at]?.[1] ?? head.papers : 0;
    let to = year ? head.years[at + 1]?.[1] ?? head.papers : head.papers;
    if (issue) [from, to] = papersOf(head, Date.parse(issue));
    let tagged = null;
    if (tag) {
      const all = await this.words(head, fileOf(head, `#${tag}`));
      tagged = new Set(all.find(([term]) => term === `#${tag}`)?.[1].map(([paper]) => paper));
    }
    return (paper) => paper >= from && paper < to && (!tagged || tagged.has(paper));
  }

  async lookUp(head, word, open, must, told) {
    const papers = new Map();
    const own = new Set();
    const add = (postings, factor) => {
      for (const [paper, weight] of postings) {
        papers.set(paper, Math.max(papers.get(paper) ?? 0, factor * WORTH[weight]));
        if (factor > 0.6) own.add(paper);
      }
    };
    const first = fileOf(head, word);
    const last = must ? first : Math.min(fileOf(head, `${word}\uffff`), first + 1);
    const root = rootOf(word);
    for (let file = first; file <= last; file++) {
      for (const [term, postings] of await this.words(head, file)) {
        if (term === word) add(postings, 1);
        else if (must) continue;
        else if (rootOf(term) === root) add(postings, 0.8);
        else if (word.length >= (open ? 2 : 4) && term.startsWith(word)) add(postings, 0.5);
      }
    }
    if (papers.size < 3 && word.length > 3 && !must) {
      // A wrong letter at the very start leads to another file.
      const others = [word, word[1] + word[0] + word.slice(2), word.slice(1)];
      for (const file of new Set(others.map((other) => fileOf(head, other)))) {
        if (papers.size && file !== first) break;
        for (const [term, postings] of await this.words(head, file)) {
          if (near(word, term)) add(postings, 0.6);
        }
      }
    }
    const rarity = Math.log(1 + head.papers / ((own.size || papers.size) + 1));
    return { papers, rarity, required: !told && !head.common.has(word), must: must && !told };
  }
}

/** The numbers of an issue's papers: the first, and the one after the last. */
function papersOf(head, issue) {
  let day = Date.parse(head.first);
  let from = 0;
  for (let i = 0; i < head.days.length; i++) {
    day += head.days[i] * 864e5;
    if (day === issue) return [from, from + head.counts[i]];
    from += head.counts[i];
  }
  return [0, 0];
}

/** The number of the file that holds a word. */
function fileOf(head, word) {
  let file = 0;
  while (file + 1 < head.words.length && head.words[file + 1][0] <= word) file++;
  return file;
}

const textOf = (bytes) => new TextDecoder().decode(bytes);
const lengthOf = (number) => 32 - Math.clz32(number);

async function unpack(stream) {
  const unpacked = stream.pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(unpacked).arrayBuffer());
}

/** The number of two words that follow each other. */
function pairOf(first, second) {
  const hash = (word) => new TextEncoder().encode(word).reduce((hash, byte) => Math.imul(hash ^ byte, 0x1000193), 0x811c9dc5);
  const turned = Math.imul(hash(first), 0x9e3779b1);
  let mixed = (turned << 15 | turned >>> 17) ^ hash(second);
  mixed = Math.imul(mixed ^ mixed >>> 16, 0x85ebca6b);
  mixed = Math.imul(mixed ^ mixed >>> 13, 0xc2b2ae35);
  return (mixed ^ mixed >>> 16) >>> 0;
}

/** Bits of bytes, the lowest first. */
class Bits {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at * 8;
  }

  next() {
    return (this.bytes[this.at >> 3] >> (this.at++ & 7)) & 1;
  }

  ones() {
    let count = 0;
    while (this.next()) count++;
    return count;
  }

  low(length) {
    let value = 0;
    for (let i = 0; i < length; i++) value |= this.next() << i;
    return value;
  }

  count() {
    const length = this.ones();
    return 1 << length | this.low(length);
  }

  /** Returns what reads so many growing numbers, one by one. */
  numbers(count, universe) {
    const fixed = Math.max(0, universe - lengthOf(count));
    let number = -1;
    return () => (number += 1 + (this.ones() << fixed | this.low(fixed)));
  }
}

function readWords(bytes, papers) {
  let at = 0;
  const number = () => {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const text = new Uint8Array(256);
  const words = Array.from({ length: number() }, () => {
    const shared = number();
    const added = number();
    text.set(bytes.subarray(at, at + added), shared);
    at += added;
    return [textOf(text.subarray(0, shared + added)), number()];
  });
  const bits = new Bits(bytes, at);
  return words.map(([word, count]) => {
    const paper = bits.numbers(count, lengthOf(papers));
    return [word, Array.from({ length: count }, () => [paper(), bits.ones()])];
  });
}

function readPapers(text) {
  let day = 0;
  let to = 0;
  return text.split("\n").slice(0, -1).map((line) => {
    const [title, address, since, length, start] = line.split("\t");
    const from = Number(start ?? to);
    to = from + Number(length);
    day = since.includes("-") ? Date.parse(since) : day + since * 864e5;
    const told = title.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "").toLowerCase();
    const slug = address.startsWith("=") ? address.slice(1) : told.slice(0, address || undefined);
    return { title, slug, date: new Date(day), from, to };
  });
}

/** Puts a text into an element, words that were looked for marked. */
function mark(element, text, words) {
  let done = 0;
  for (const match of text.matchAll(/[\p{Alphabetic}\p{N}\p{M}]+/gu)) {
    const folded = fold(match[0]);
    const hit = words.some((word) =>
      folded.startsWith(word) || rootOf(folded) === rootOf(word) || (word.length > 3 && near(word, folded)));
    if (!hit) continue;
    element.append(text.slice(done, match.index));
    element.append(Object.assign(document.createElement("mark"), { textContent: match[0] }));
    done = match.index + match[0].length;
  }
  element.append(text.slice(done));
}

/** What reference managers read of a paper in a list (COinS); the other lists have it from the build. */
function coins(title, url) {
  const pairs = { "rft.type": "preprint", "rft.title": title, "rft.identifier": url };
  const told = Object.entries(pairs).map(([key, value]) => `&${key}=${encodeURIComponent(value)}`);
  return Object.assign(document.createElement("span"), {
    className: "Z3988", title: `ctx_ver=Z39.88-2004&rft_val_fmt=info%3Aofi%2Ffmt%3Akev%3Amtx%3Adc${told.join("")}` });
}

/** The search page: the form, the address bar and the results keep step. */
function run(form) {
  const index = new Index(form.dataset.index);
  const byId = (id) => document.getElementById(id);
  const [results, found, more, without] = ["results", "found", "more", "without"].map(byId);
  const names = ["q", "tag", "year", "issue", "sort"];
  const language = document.documentElement.lang || "en";
  const words = JSON.parse(byId("words").textContent);
  const plurals = new Intl.PluralRules(language);
  const figures = new Intl.NumberFormat(language);
  const counted = (forms, n) => (forms[plurals.select(n)] ?? forms.other).replace("{n}", figures.format(n));
  // The other pages put the day before the month.
  const day = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { dateStyle: "long", timeZone: "UTC" });
  let turn = 0;
  let state = null;

  const read = () => Object.fromEntries(names.map((name) => [name, form.elements[name]?.value.trim() ?? ""]));
  const fill = () => {
    const asked = new URLSearchParams(location.search);
    for (const name of names) if (form.elements[name]) form.elements[name].value = asked.get(name) ?? "";
  };
  const keep = (push) => {
    const asked = new URLSearchParams(Object.entries(read()).filter(([, value]) => value));
    const url = asked.size || [...asked].length ? `?${asked}` : location.pathname;
    if (url !== (location.search || location.pathname)) history[push ? "pushState" : "replaceState"](null, "", url);
  };
  const item = (paper) => {
    const li = document.createElement("li");
    const a = Object.assign(document.createElement("a"), { href: `${form.dataset.papers}${encodeURIComponent(paper.slug)}.html` });
    const time = Object.assign(document.createElement("time"), {
      dateTime: paper.date.toISOString().slice(0, 10), textContent: day.format(paper.date) });
    if (form.dataset.lang) a.lang = form.dataset.lang;
    mark(a, paper.title, state.words);
    li.append(a, " ", time, coins(paper.title, a.href));
    if (paper.teaser) {
      const p = Object.assign(document.createElement("p"), { className: "teaser" });
      if (a.lang) p.lang = a.lang;
      mark(p, paper.teaser, state.words);
      li.append(p);
    }
    return li;
  };
  /** Keeps the papers that hold the phrases of which the index could not be asked: the best papers are read. */
  const holding = async ({ numbers, untold, ...answer }) => {
    const read = async (slug) => {
      const page = await fetch(`${form.dataset.papers}${encodeURIComponent(slug)}.html`);
      if (!page.ok) return [];
      const parts = new DOMParser().parseFromString(await page.text(), "text/html").querySelectorAll("h1, .note, .prose");
      return [...parts].map((part) => ` ${wordsOf(part.textContent).join(" ")} `);
    };
    const best = numbers.slice(0, READ);
    const texts = await Promise.all((await index.papers(best, false)).map(({ slug }) => read(slug)));
    const has = (i) => untold.every((words) => texts[i].some((text) => text.includes(` ${words.join(" ")} `)));
    const kept = best.filter((_, i) => has(i));
    return { ...answer, numbers: kept, whole: kept.length };
  };
  const show = async (count) => {
    const mine = turn;
    const papers = await index.papers(state.numbers.slice(state.shown, state.shown + count));
    if (mine !== turn) return;
    if (!state.shown) results.replaceChildren();
    results.append(...papers.map(item));
    document.dispatchEvent(new Event("ZoteroItemUpdated", { bubbles: true }));
    state.shown += papers.length;
    more.hidden = state.shown >= state.numbers.length;
  };
  const search = async () => {
    const mine = ++turn;
    const { q, ...choices } = read();
    if (!q && !choices.tag && !choices.year && !choices.issue) {
      results.replaceChildren();
      found.textContent = "";
      more.hidden = true;
      without.hidden = false;
      return;
    }
    try {
      let answer = await index.search(q, choices);
      if (answer.untold.length) answer = await holding(answer);
      if (mine !== turn) return;
      state = { ...answer, shown: 0 };
      // Where nothing is found, the other ways are.
      without.hidden = answer.numbers.length > 0;
      await show(firstOf(state.words, (await index.head()).papers));
      if (mine !== turn) return;
      const { whole, numbers } = answer;
      found.textContent = whole ? counted(numbers.length > whole ? words.found_more : words.found, whole)
        : numbers.length ? words.near : words.none;
      document.body.dataset.searched = q;
    } catch {
      found.textContent = words.failed;
      without.hidden = false;
    }
  };

  // What was asked before stays a step back; letters of one question are no steps.
  let isSettled = location.search !== "";
  let timer;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => { keep(isSettled); isSettled = false; search(); }, 150);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearTimeout(timer);
    keep(isSettled);
    isSettled = true;
    await search();
    results.querySelector("a")?.focus();
  });
  more.addEventListener("click", async () => {
    const before = state.shown;
    await show(MORE);
    results.children[before]?.querySelector("a").focus();
  });
  addEventListener("popstate", () => { isSettled = true; fill(); search(); });
  form.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && event.target.type === "search") {
      event.preventDefault();
      results.querySelector("a")?.focus();
    }
  });
  results.addEventListener("keydown", (event) => {
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (!step) return;
    event.preventDefault();
    (event.target.closest("li")?.[step]?.querySelector("a") ?? form.elements.q).focus();
  });
  fill();
  search();
  if (!location.search) form.elements.q.focus();
}

if (globalThis.document) {
  const form = document.querySelector("form[data-index]");
  if (form && globalThis.DecompressionStream) run(form);
}
