// Search: reads the index that `digest build` writes, ranks, and shows. No page needs it to be read.
// The format and the rules of words are those of `src/search.rs`; what is shown is text, never markup.

const WORTH = [1, 1.5, 2.5, 4, 5]; // a mention, several, an author or tag, the title, both
const MORE = 10; // results that a reader asks for are fetched at once
const READ = 30; // papers that are read for a phrase
const WHOLE = 1e5; // bytes that are fetched where a few hundred would do

/** How many results are fetched at first: the fewer, the more the words of the query have cost. */
const firstOf = (words) => Math.max(3, 6 - words.length);

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
  }

  keep(key, make) {
    if (!this.kept.has(key)) {
      const made = make();
      this.kept.set(key, made);
      made.catch(() => this.kept.delete(key)); // a lost connection may come back
    }
    return this.kept.get(key);
  }

  async unpack(url) {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    const stream = answer.body.pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  file(name) {
    return this.unpack(this.url.replace(/[^/]*$/, `${name}.bin`));
  }

  head() {
    return this.keep("head", async () => {
      const head = JSON.parse(new TextDecoder().decode(await this.unpack(this.url)));
      head.common = new Set(head.common);
      return head;
    });
  }

  words(head, number) {
    const name = head.words[number]?.[1];
    return name ? this.keep(name, async () => readWords(await this.file(name), head.papers)) : [];
  }

  /** Returns what results show: title, address, day and teaser of the papers with these numbers. */
  async papers(numbers) {
    const head = await this.head();
    return Promise.all(numbers.map(async (number) => {
      const file = Math.floor(number / head.size);
      const name = head.files[file];
      const list = await this.keep(name, async () =>
        readPapers(new TextDecoder().decode(await this.file(name)), head.starts[file]));
      const paper = list[number % head.size];
      return { ...paper, teaser: await this.teaser(head, paper) };
    }));
  }

  /** Returns the beginning of an abstract; none where the host gives a large file only as a whole. */
  async teaser({ teasers }, { from, to }) {
    if (from === to || this.wholeOnly) return "";
    try {
      const headers = { Range: `bytes=${from}-${to - 1}` };
      const answer = await fetch(this.url.replace(/[^/]*$/, `${teasers}.bin`), { headers });
      if (answer.status === 206) return await answer.text();
      this.wholeOnly = !answer.ok || answer.headers.get("Content-Length") > WHOLE;
      if (this.wholeOnly) return answer.body.cancel().then(() => "");
      return new TextDecoder().decode((await answer.arrayBuffer()).slice(from, to));
    } catch {
      return ""; // a result without a teaser is still a result
    }
  }

  /** Returns the numbers of papers for a query, best first, and how many of them have all words. */
  async search(query, { tag = "", year = "", issue = "", sort = "" } = {}) {
    const head = await this.head();
    const phrases = [...query.matchAll(/"([^"]+)"/g)].map((match) => wordsOf(match[1]));
    const strict = new Set(phrases.flat());
    const words = [...new Set(wordsOf(query))];
    const open = words.at(-1);
    const found = await Promise.all(words.map((word) =>
      this.lookUp(head, word, word === open && !strict.has(word), strict.has(word))));
    const passes = await this.filter(head, tag, year, issue);
    const total = found.reduce((sum, { rarity }) => sum + rarity, 0);
    const scores = new Map();
    for (const { papers, rarity } of found) {
      for (const [paper, worth] of papers) {
        const score = scores.get(paper) ?? [0, 0];
        scores.set(paper, [score[0] + worth * rarity, score[1] + rarity]);
      }
    }
    let ranked = [];
    if (!words.length && (tag || year || issue)) {
      for (let paper = head.papers; paper--;) if (passes(paper)) ranked.push([paper, 0, true]);
    }
    for (const [paper, [score, part]] of scores) {
      if (!passes(paper)) continue;
      const whole = found.every(({ papers, required }) => !required || papers.has(paper));
      const exact = found.every(({ papers, must }) => !must || papers.has(paper));
      if (exact) ranked.push([paper, score * (part / total) ** 2, whole]);
    }
    const whole = ranked.filter((one) => one[2]).length;
    if (whole >= MORE || (whole && sort)) ranked = ranked.filter((one) => one[2]);
    ranked.sort((a, b) => b[1] - a[1] || b[0] - a[0]);
    ranked.length = Math.min(ranked.length, Math.max(whole, MORE));
    if (sort === "date") ranked.sort((a, b) => b[0] - a[0]);
    return { numbers: ranked.map((one) => one[0]), whole, words, phrases };
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

  async lookUp(head, word, open, must) {
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
    return { papers, rarity, required: !head.common.has(word), must };
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

function readWords(bytes, papers) {
  let at = 0;
  const number = () => {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const length = (value) => 32 - Math.clz32(value);
  const decoder = new TextDecoder();
  const text = new Uint8Array(256);
  const words = Array.from({ length: number() }, () => {
    const shared = number();
    const added = number();
    text.set(bytes.subarray(at, at + added), shared);
    at += added;
    return [decoder.decode(text.subarray(0, shared + added)), number()];
  });
  let bit = at * 8;
  const next = () => (bytes[bit >> 3] >> (bit++ & 7)) & 1;
  const ones = () => {
    let count = 0;
    while (next()) count++;
    return count;
  };
  return words.map(([word, count]) => {
    const fixed = Math.max(0, length(papers) - length(count));
    let paper = -1;
    const postings = Array.from({ length: count }, () => {
      let gap = ones() << fixed;
      for (let i = 0; i < fixed; i++) gap |= next() << i;
      paper += gap + 1;
      return [paper, ones()];
    });
    return [word, postings];
  });
}

function readPapers(text, start) {
  let day = 0;
  let to = start;
  return text.split("\n").slice(0, -1).map((line) => {
    const [title, address, since, length] = line.split("\t");
    const from = to;
    to += Number(length);
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
  /** Keeps the papers that hold the phrases: the index knows words alone, so the best papers are read. */
  const holding = async ({ numbers, phrases, ...answer }) => {
    const read = async (slug) => {
      const page = await fetch(`${form.dataset.papers}${encodeURIComponent(slug)}.html`);
      if (!page.ok) return [];
      const parts = new DOMParser().parseFromString(await page.text(), "text/html").querySelectorAll("h1, .note, .prose");
      return [...parts].map((part) => ` ${wordsOf(part.textContent).join(" ")} `);
    };
    const best = numbers.slice(0, READ);
    const texts = await Promise.all((await index.papers(best)).map(({ slug }) => read(slug)));
    const has = (i) => phrases.every((words) => texts[i].some((text) => text.includes(` ${words.join(" ")} `)));
    const kept = best.filter((_, i) => has(i));
    return { ...answer, phrases, numbers: kept, whole: kept.length };
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
      if (answer.phrases.length) answer = await holding(answer);
      if (mine !== turn) return;
      state = { ...answer, shown: 0 };
      without.hidden = true;
      await show(firstOf(state.words));
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
