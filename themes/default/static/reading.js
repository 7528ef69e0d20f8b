// The reading list: what `reader.js` keeps, to go on with, to tidy and to take along as BibTeX.

// The address is the one in the page, version and all, or the module would be loaded twice.
const reader = await import(`./reader.js${new URL(import.meta.url).search}`);

const byId = (id) => document.getElementById(`kept-${id}`);
const [none, list, act, tidy, take, status, pattern] =
  ["none", "list", "act", "tidy", "export", "status", "one"].map(byId);
const section = document.getElementById("kept");
const language = document.documentElement.lang || "en";
// The other pages put the day before the month.
const day = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { dateStyle: "long", timeZone: "UTC" });
const addressOf = (slug) => `${section.dataset.papers}${encodeURIComponent(slug)}.html`;
const shown = new Map();

const item = (paper) => {
  const element = pattern.content.cloneNode(true).firstElementChild;
  const link = element.querySelector("a");
  const time = element.querySelector("time");
  link.href = addressOf(paper.slug);
  link.textContent = paper.title;
  if (paper.date) {
    time.dateTime = paper.date;
    time.textContent = day.format(new Date(paper.date));
  } else time.remove();
  const one = { ...paper, element, link };
  reader.papers.push(one);
  element.querySelector(".marks").append(...reader.marks(one));
  return element;
};

// What is taken off the list stays on the page until it is left, so that it can be put back.
reader.watch(() => {
  for (const paper of reader.kept.list) {
    if (shown.has(paper.slug)) continue;
    shown.set(paper.slug, item(paper));
    list.prepend(shown.get(paper.slug));
  }
  none.hidden = shown.size > 0;
  act.hidden = !reader.kept.list.length;
});
section.hidden = false;

tidy.addEventListener("click", () => reader.change((kept) => {
  const stays = ({ slug }) => !kept.read.includes(slug);
  for (const { slug } of kept.list.filter((paper) => !stays(paper))) {
    shown.get(slug)?.remove();
    shown.delete(slug);
  }
  kept.list = kept.list.filter(stays);
}));

// Entries are on the papers' own pages; a page that has gone is named.
take.addEventListener("click", async () => {
  const { wait, done, gone } = status.dataset;
  status.textContent = wait;
  const entries = await Promise.all(reader.kept.list.map(async ({ slug, title }) => {
    const answer = await fetch(addressOf(slug)).catch(() => null);
    const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
    return { title, entry: page && page.querySelector(".cite pre")?.textContent.trim() };
  }));
  const found = entries.filter(({ entry }) => entry);
  const lost = entries.filter(({ entry }) => !entry).map(({ title }) => title);
  const text = found.map(({ entry }) => `${entry}\n`).join("\n");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/x-bibtex" }));
  link.download = "reading-list.bib";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60e3);
  status.textContent = lost.length ? gone.replace("{}", lost.join("; ")) : done.replace("{}", found.length);
});
