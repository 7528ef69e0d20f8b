// Keeps an open page as its sources are. The preview adds this script to pages; a build never does.
(() => {
  "use strict";
  const script = document.currentScript;
  const key = `digest preview: ${location.pathname}`;

  // A page that was loaded again stands where it stood, unless its reader has moved since.
  const kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
  sessionStorage.removeItem(key);
  if (kept) {
    const place = () => scrollTo({ left: kept.x, top: kept.y, behavior: "instant" });
    place();
    const { scrollX, scrollY } = window;
    addEventListener("load", () => {
      if (window.scrollX === scrollX && window.scrollY === scrollY) place();
    }, { once: true });
  }

  function reload() {
    source?.close();
    sessionStorage.setItem(key, JSON.stringify({ x: scrollX, y: scrollY }));
    location.reload();
  }

  // The new sheet is there before the old one goes, so the page never stands without style.
  function swapStyles(paths) {
    const links = [...document.querySelectorAll('link[rel~="stylesheet"]:not([data-leaving])')]
      .filter((link) => new URL(link.href).origin === location.origin);
    const named = links.filter((link) => paths.includes(new URL(link.href).pathname));
    // A sheet that no link names is imported by one of them.
    for (const link of named.length > 0 ? named : links) {
      const address = new URL(link.href);
      address.searchParams.set("v", Date.now().toString(36));
      const next = link.cloneNode();
      next.href = address.href;
      link.dataset.leaving = "";
      const leave = () => link.remove();
      next.addEventListener("load", leave, { once: true });
      next.addEventListener("error", leave, { once: true });
      link.after(next);
    }
  }

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial; }
    @media print { :host { display: none; } }
    .shade { --ground: #fff; --text: #1c1c1c; --line: #c9c9c9; --error: #b3261e; --warning: #8a5a00; --frame: #1a56b0;
      color-scheme: light; font: 15px/1.5 system-ui, sans-serif; color: var(--text); }
    @media (prefers-color-scheme: dark) { .shade { --ground: #1b1c1f; --text: #e8e8e8; --line: #4a4c52; --error: #ff8a80;
      --warning: #f2c14e; --frame: #8ab4f8; color-scheme: dark; } }
    .shade.errors { position: fixed; inset: 0; z-index: 2147483647; background: rgb(0 0 0 / 45%); display: flex;
      align-items: flex-start; justify-content: center; padding: 4vh 1rem; }
    .panel { background: var(--ground); border: 1px solid var(--line); border-radius: 8px; max-height: 88vh; display: flex;
      flex-direction: column; box-shadow: 0 8px 40px rgb(0 0 0 / 35%); width: min(60rem, 100%); box-sizing: border-box; }
    .errors .panel { border-top: 4px solid var(--error); }
    .shade.warnings { position: fixed; right: 1rem; bottom: 1rem; left: 1rem; z-index: 2147483647; display: flex;
      justify-content: flex-end; pointer-events: none; }
    .warnings .panel, .warnings > button { pointer-events: auto; }
    header { display: flex; gap: 1rem; align-items: baseline; padding: .75rem 1rem; border-bottom: 1px solid var(--line); }
    h2 { font-size: 1rem; font-weight: 600; margin: 0; flex: 1; }
    h2 small { font-weight: 400; font-size: .875rem; display: block; }
    button { font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: 6px;
      padding: .15rem .7rem; cursor: pointer; }
    button:focus-visible { outline: 2px solid var(--frame); outline-offset: 2px; }
    .list { overflow: auto; padding: .25rem 1rem 1rem; overscroll-behavior: contain; }
    pre { font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; margin: .75rem 0 0;
      overflow-x: auto; white-space: pre; tab-size: 1; }
    .error { color: var(--error); font-weight: 700; } .warning { color: var(--warning); font-weight: 700; }
    .frame { color: var(--frame); } .strong { font-weight: 700; }
  `);
  const host = document.createElement("digest-preview");
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];

  const count = (number, word) => number > 0 ? [`${number} ${word}${number === 1 ? "" : "s"}`] : [];

  function showProblems({ errors, warnings, html }) {
    root.replaceChildren();
    host.remove();
    if (errors + warnings === 0) return;
    const title = [...count(errors, "error"), ...count(warnings, "warning")].join(" and ");
    const shade = document.createElement("div");
    shade.className = `shade ${errors > 0 ? "errors" : "warnings"}`;
    const panel = document.createElement("section");
    panel.className = "panel";
    panel.setAttribute("role", "alert");
    panel.setAttribute("aria-label", title);
    panel.innerHTML = '<header><h2></h2><button type="button">Close</button></header><div class="list"></div>';
    panel.querySelector("h2").textContent = title;
    if (errors > 0) {
      const note = document.createElement("small");
      note.textContent = "Behind this is the last page that could be shown. This goes when the mistake goes.";
      panel.querySelector("h2").append(note);
    }
    // The preview has escaped the text.
    panel.querySelector(".list").innerHTML = html;
    const open = document.createElement("button");
    open.type = "button";
    open.textContent = title;
    const close = () => errors > 0 ? host.remove() : shade.replaceChildren(open);
    panel.querySelector("button").addEventListener("click", close);
    open.addEventListener("click", () => shade.replaceChildren(panel));
    shade.addEventListener("click", (event) => { if (event.target === shade) close(); });
    shade.append(errors > 0 ? panel : open);
    root.append(shade);
    document.documentElement.append(host);
  }
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") root.querySelector(".panel button")?.click();
  });

  let source;
  function connect() {
    if (source && source.readyState !== EventSource.CLOSED) return;
    const address = new URL("events", script.src);
    address.searchParams.set("page", location.pathname);
    address.searchParams.set("print", script.dataset.page);
    address.searchParams.set("version", script.dataset.version);
    source = new EventSource(address);
    source.addEventListener("reload", reload);
    source.addEventListener("styles", (event) => swapStyles(JSON.parse(event.data)));
    source.addEventListener("problems", (event) => showProblems(JSON.parse(event.data)));
    source.addEventListener("version", (event) => { script.dataset.version = event.data; });
  }
  // Browsers hold few connections to a host: a page that nobody sees gives its own back, and asks
  // what it has missed when it is seen again.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") connect();
    else source.close();
  });
  addEventListener("pageshow", (event) => { if (event.persisted) reload(); });
  addEventListener("pagehide", () => source.close());
  connect();
})();
