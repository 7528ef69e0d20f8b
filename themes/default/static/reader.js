// What a page can do besides being read: colours, keys, filters, marks of the reader's own. Every page is
// whole without it. What a reader keeps stays in this browser, under one name for each site.

const base = new URL("../", import.meta.url);
const kind = document.body.dataset.kind;
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const one = (selector, within = document) => within.querySelector(selector);
const make = (name, fields, ...children) => {
  const element = Object.assign(document.createElement(name), fields);
  element.append(...children);
  return element;
};

// ---- What is kept

const NAME = `digest ${base.pathname}`;
const READ = 5000; // marks: the oldest go first
const VISIT = 30 * 60e3; // a visit ends when nothing was opened for so long
const watchers = [];

const load = () => {
  try {
    return { list: [], read: [], ...JSON.parse(localStorage.getItem(NAME)) };
  } catch {
    return { list: [], read: [] };
  }
};

/** What the reader keeps: `list` of {slug, title, date}, `read` slugs, visits, and whether keys are off. */
export let kept = load();

/** Changes what is kept; other tabs may have changed it since, so it is read again first. */
export const change = (edit) => {
  kept = load();
  edit(kept);
  kept.read.splice(0, kept.read.length - READ);
  try {
    localStorage.setItem(NAME, JSON.stringify(kept));
  } catch {} // full, or forbidden: the marks last as long as the page
  for (const show of watchers) show();
};

/** Calls a function now, and whenever what is kept has changed. */
export const watch = (show) => {
  watchers.push(show);
  show();
};
addEventListener("storage", ({ key }) => {
  if (key !== NAME) return;
  kept = load();
  for (const show of watchers) show();
});

export const slugOf = (url) => new URL(url, location.href).pathname.split("/").pop().replace(/\.html$/, "");
const flip = (slugs, slug) => slugs.includes(slug) ? slugs.filter((other) => other !== slug) : [...slugs, slug];

// ---- Papers on this page, and their marks

const star = one("a.kept");
const words = { keep: "Save", read: "Read", new: "New", ...star?.dataset };
const day = (element) => element && one("time", element)?.dateTime;

/** The papers that keys and marks can reach. */
export const papers = all(".papers article, article.paper").map((element) => {
  const link = one("h2 a", element);
  const heading = link ?? one("h1", element);
  return {
    element,
    link,
    slug: slugOf(link?.href ?? location.href),
    title: heading.textContent.trim(),
    date: day(one(".by", element)) ?? day(one(".top")),
  };
});

const press = {
  keep: ({ slug, title, date }) => change((kept) => {
    const rest = kept.list.filter((paper) => paper.slug !== slug);
    kept.list = rest.length < kept.list.length ? rest : [...rest, { slug, title, date }];
  }),
  read: ({ slug }) => change((kept) => { kept.read = flip(kept.read, slug); }),
};

/** Returns the two buttons of a paper; they show what is kept, whoever changes it. */
export const marks = (paper) => {
  const buttons = ["keep", "read"].map((name) => {
    const button = make("button", { type: "button", className: name, title: words[name] }, make("span", { textContent: words[name] }));
    button.addEventListener("click", () => press[name](paper));
    return button;
  });
  watch(() => {
    const isRead = kept.read.includes(paper.slug);
    buttons[0].ariaPressed = kept.list.some(({ slug }) => slug === paper.slug);
    buttons[1].ariaPressed = isRead;
    paper.element.classList.toggle("is-read", isRead);
  });
  return buttons;
};
for (const paper of papers) one(".marks", paper.element)?.append(...marks(paper));
if (star) watch(() => { star.dataset.count = kept.list.length || ""; });

// ---- New since the last visit: of a later day than all that was shown then, or of that day and not shown

const later = (a, b) => (!b || a.date > b.date ? a : b);
const seen = papers.filter(({ link, date }) => link && date);
const isNew = ({ slug, date }, before) =>
  before && date && (date > before.date || (date === before.date && slug && !before.slugs.includes(slug)));
change((kept) => {
  const now = Date.now();
  if (kept.visit && now - kept.visit.at > VISIT) kept.before = structuredClone(kept.visit);
  const visit = { date: "", slugs: [], ...kept.visit, at: now };
  for (const { slug, date } of seen) {
    if (date > visit.date) Object.assign(visit, { date, slugs: [] });
    if (date === visit.date && !visit.slugs.includes(slug)) visit.slugs.push(slug);
  }
  kept.visit = visit;
});
const label = () => make("mark", { className: "new", textContent: words.new });
const fresh = seen.filter((paper) => isNew(paper, kept.before));
const facts = one(".top .facts");
if (one("ol.papers") && facts && fresh.length > 1 && fresh.length === seen.length) facts.prepend(label());
else for (const { link } of fresh) link.before(label(), " ");
for (const line of all(".issues li")) {
  if (isNew({ date: day(line) }, kept.before)) one("a", line).after(" ", label());
}

// ---- Light and dark

const root = document.documentElement;
const scheme = one("button.scheme");
const dark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (root.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
const showScheme = () => { if (scheme) scheme.ariaPressed = isDark(); };
scheme?.addEventListener("click", () => {
  const chosen = isDark() ? "light" : "dark";
  root.dataset.theme = chosen;
  try {
    // Who chooses what the system says follows the system again.
    if ((chosen === "dark") === dark.matches) localStorage.removeItem("digest-scheme");
    else localStorage.setItem("digest-scheme", chosen);
  } catch {}
  showScheme();
});
dark.addEventListener("change", showScheme);
showScheme();

// ---- The tags of the day filter the papers below

const filters = one(".of-the-day");
if (filters && all(".papers > li").length > 1) {
  const list = all(".papers > li");
  const titles = all(".contents li");
  const tagsOf = list.map((li) => new Set(all(".tags a", li).map((a) => slugOf(a.href))));
  const { shown, unread, all: allOfThem } = filters.dataset;
  const status = make("p", { className: "facts" });
  status.setAttribute("role", "status");
  const button = (text, slug) => {
    const element = make("button", { type: "button", ariaPressed: false, value: slug }, text);
    element.addEventListener("click", () => {
      element.ariaPressed = element.ariaPressed !== "true";
      apply();
    });
    return element;
  };
  const buttons = all(".tags a", filters).map((a) => {
    const made = button("", slugOf(a.href));
    made.append(...a.childNodes);
    a.replaceWith(made);
    return made;
  });
  const hide = button(unread, "");
  const clear = make("button", { type: "button", textContent: allOfThem });
  clear.addEventListener("click", () => {
    for (const pressed of [...buttons, hide]) pressed.ariaPressed = false;
    apply();
    buttons[0]?.focus();
  });
  const row = one(".tags", filters);
  row.append(make("li", {}, hide));
  filters.append(make("div", { className: "shown" }, status, clear));
  list.forEach((li, i) => { li.style.counterSet = `paper ${i + 1}`; }); // a paper keeps its number

  const apply = () => {
    const asked = buttons.filter((button) => button.ariaPressed === "true").map((button) => button.value);
    const onlyUnread = hide.ariaPressed === "true";
    const slugs = list.map((li) => slugOf(one("h2 a", li).href));
    const fits = (i) => asked.every((tag) => tagsOf[i].has(tag)) && !(onlyUnread && kept.read.includes(slugs[i]));
    const left = list.map((_, i) => i).filter(fits);
    list.forEach((li, i) => { li.hidden = !left.includes(i); });
    titles.forEach((li, i) => { li.hidden = !left.includes(i); });
    for (const tag of buttons) {
      const count = left.filter((i) => tagsOf[i].has(tag.value)).length;
      one(".n", tag).textContent = count;
      tag.disabled = !count && tag.ariaPressed !== "true";
    }
    const isOn = asked.length > 0 || onlyUnread;
    status.textContent = isOn ? shown.replace("{}", left.length) : "";
    clear.hidden = !isOn;
    const address = new URL(location.href);
    address.searchParams.delete("tag");
    for (const tag of asked) address.searchParams.append("tag", tag);
    if (address.href !== location.href) history.replaceState(history.state, "", address);
  };
  const asked = new URL(location.href).searchParams.getAll("tag");
  for (const tag of buttons) if (asked.includes(tag.value)) tag.ariaPressed = true;
  const more = one("details", filters);
  if (more && one("[aria-pressed=true]", more)) more.open = true;
  apply();
}

// ---- Citing

for (const cite of all(".cite")) {
  const { copy, copied } = cite.dataset;
  const button = make("button", { type: "button", textContent: copy });
  const said = make("span", { className: "said" });
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    const text = one("pre", cite);
    try {
      await navigator.clipboard.writeText(text.textContent);
      said.textContent = copied;
      setTimeout(() => { said.textContent = ""; }, 3000);
    } catch {
      getSelection().selectAllChildren(text); // to be copied by hand
    }
  });
  one("p", cite).prepend(button, " ");
  one("p", cite).append(" ", said);
}

// ---- Keys

let dialog;
const help = async () => {
  const here = one("#keys");
  if (here && !dialog) return here.scrollIntoView();
  if (!dialog) {
    const text = await (await fetch(star.href)).text();
    const section = one("#keys", new DOMParser().parseFromString(text, "text/html"));
    dialog = make("dialog", {}, section);
    dialog.setAttribute("aria-labelledby", "keys-title");
    one("h2", section).id = "keys-title";
    document.body.append(dialog);
    one("form", section).hidden = false;
    switchKeys(section);
  }
  dialog.showModal();
};
const switchKeys = (section) => {
  const off = one(".off", section);
  const box = one("input", off);
  off.hidden = false;
  watch(() => { box.checked = !kept.off; });
  box.addEventListener("change", () => change((kept) => { kept.off = !box.checked; }));
};
if (one("#keys")) switchKeys(one("#keys"));
all(`footer a[href$="#keys"]`).forEach((link) => link.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || one("#keys")) return;
  event.preventDefault();
  help();
}));

const stops = () => all("main :is(.papers h2 a, .titles a, .issues li > a, .found li > a)").filter((a) => a.getClientRects().length);
const current = () => {
  const focused = document.activeElement.closest(".papers article, .titles li, .issues li, .found li");
  return focused && one("a", one("h2", focused) ?? focused);
};
const step = (by) => {
  const links = stops();
  if (kind === "paper" && !links.includes(document.activeElement)) {
    const next = one(`.turn [rel=${by > 0 ? "prev" : "next"}]`);
    if (next) location.assign(next.href);
    return;
  }
  const at = links.indexOf(current());
  const first = links.findIndex((a) => a.getBoundingClientRect().top >= 0);
  const next = links[at < 0 ? (by > 0 ? first : first - 1) : at + by];
  if (!next) return;
  next.focus({ preventScroll: true });
  (next.closest("li") ?? next).scrollIntoView({ block: "start" });
};
const chosen = () => {
  const link = current();
  return papers.find((paper) => (kind === "paper" ? !paper.link : link && paper.link === link));
};
const keys = {
  "/": () => {
    const box = one("main [type=search]") ?? one("[type=search]");
    box?.focus();
    box?.select();
    return box;
  },
  "?": help,
  j: () => step(1),
  k: () => step(-1),
  o: () => {
    const link = current();
    const abstract = link && one("details.abstract", link.closest("article") ?? link);
    if (abstract) abstract.open = !abstract.open;
    else (link ?? one("article.paper .links a"))?.click();
  },
  s: () => { const paper = chosen(); if (paper) press.keep(paper); },
  r: () => { const paper = chosen(); if (paper) press.read(paper); },
  u: () => (one(".top .when a") ?? (kind === "issue" ? all(".top .facts a").pop() : null))?.click(),
};
addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || dialog?.open) return;
  if (!Object.hasOwn(keys, event.key) || (kept.off && event.key !== "?")) return;
  if (keys[event.key]() === undefined && event.key === "/") return;
  event.preventDefault();
});
