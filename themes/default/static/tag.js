// Two tags together: of a tag's papers those that have a second one, too. The first page of the tag has
// the choice; papers of its older pages are fetched, page by page, until all are found.

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const box = one(".second");
const FAR = 20; // pages that are fetched before the reader is asked

const slugOf = (url) => new URL(url, location.href).pathname.split("/").pop().replace(/\.html$/, "");
const entriesOf = (page) => all(".papers > li", page).map((li) => {
  const tags = all(".tags a", li);
  return { li, tags: new Map(tags.map((a) => [slugOf(a.getAttribute("href")), a.textContent.trim()])) };
});

function run() {
  const list = one(".papers");
  const pager = one(".pager");
  const [select, status, more] = [one("select", box), one("[role=status]", box), one("button", box)];
  const entries = entriesOf(document);
  const own = entries.length;
  let next = one("link[rel=prev]")?.href;
  let turn = 0;

  /** Reads the next older page of the tag. */
  const read = async () => {
    const answer = await fetch(next);
    if (!answer.ok) throw new Error(`${next}: ${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    next = one("link[rel=prev]", page)?.getAttribute("href");
    const reader = await import(`./reader.js${new URL(import.meta.url).search}`);
    for (const entry of entriesOf(page)) {
      document.adoptNode(entry.li);
      const link = one("h2 a", entry.li);
      const paper = {
        element: one("article", entry.li),
        link,
        slug: slugOf(link.href),
        title: link.textContent.trim(),
        date: one(".by time", entry.li)?.dateTime,
      };
      reader.papers.push(paper);
      one(".marks", entry.li)?.append(...reader.marks(paper));
      entries.push(entry);
    }
  };

  const show = (tag) => {
    const fits = ({ tags }) => !tag || tags.has(tag);
    entries.forEach((entry, i) => {
      const isShown = i < own ? true : tag && fits(entry);
      if (i < own) entry.li.hidden = !fits(entry);
      else if (isShown) list.append(entry.li);
      else entry.li.remove();
    });
    if (pager) pager.hidden = Boolean(tag);
    return entries.filter(fits).length;
  };

  const apply = async () => {
    const mine = ++turn;
    const tag = select.value;
    const wanted = Number(select.selectedOptions[0].dataset.n ?? Infinity);
    more.hidden = true;
    let found = show(tag);
    if (!tag) {
      status.textContent = "";
      return;
    }
    try {
      for (let pages = 0; next && found < wanted; pages++) {
        if (pages === FAR) {
          more.hidden = false;
          break;
        }
        status.textContent = box.dataset.looking;
        await read();
        if (mine !== turn) return;
        found = show(tag);
      }
      status.textContent = box.dataset.shown.replace("{}", found);
    } catch {
      if (mine !== turn) return;
      status.textContent = `${box.dataset.shown.replace("{}", found)}. ${box.dataset.failed}`;
      more.hidden = false;
    }
  };

  /** Shows what the address asks for; a tag that is not in the list may be asked for, too. */
  const follow = () => {
    const tag = new URL(location.href).searchParams.get("and") ?? "";
    if (!all("option", select).some(({ value }) => value === tag)) {
      const name = entries.map(({ tags }) => tags.get(tag)).find(Boolean) ?? tag;
      select.append(new Option(name, tag));
    }
    select.value = tag;
    apply();
  };

  select.addEventListener("change", () => {
    const address = new URL(location.href);
    if (select.value) address.searchParams.set("and", select.value);
    else address.searchParams.delete("and");
    history.pushState(null, "", address);
    apply();
  });
  more.addEventListener("click", apply);
  addEventListener("popstate", follow);
  box.hidden = false;
  follow();
}

if (box) run();
