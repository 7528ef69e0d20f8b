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
    :host { all: initial; --ground: #fff; --text: #1c1c1c; --line: #c9c9c9; --error: #b3261e; --warning: #8a5a00; --frame: #1a56b0;
      color-scheme: light; }
    @media (prefers-color-scheme: dark) { :host { --ground: #1b1c1f; --text: #e8e8e8; --line: #4a4c52; --error: #ff8a80;
      --warning: #f2c14e; --frame: #8ab4f8; color-scheme: dark; } }
    @media print { :host { display: none; } }
    dialog, .corner { font: 15px/1.5 system-ui, sans-serif; color: var(--text); }
    dialog { background: var(--ground); border: 1px solid var(--line); border-top: 4px solid var(--warning); border-radius: 8px;
      padding: 0; margin: 4vh auto auto; width: min(60rem, 100vw - 2rem); max-width: none; max-height: 88vh; box-sizing: border-box;
      overflow: hidden; box-shadow: 0 8px 40px rgb(0 0 0 / 35%); }
    dialog.errors { border-top-color: var(--error); }
    dialog[open] { display: flex; flex-direction: column; }
    dialog::backdrop { background: rgb(0 0 0 / 45%); }
    dialog[open] ~ .corner { visibility: hidden; }
    .corner { position: fixed; right: 1rem; bottom: 1rem; z-index: 2147483647; }
    .head { display: flex; gap: 1rem; align-items: start; padding: .75rem 1rem; border-bottom: 1px solid var(--line); }
    h2 { font-size: 1rem; font-weight: 600; margin: 0; }
    .head div { flex: 1; } p { font-size: .875rem; margin: 0; }
    button { font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: 6px;
      padding: .15rem .7rem; cursor: pointer; }
    .corner button { border-left: 4px solid var(--warning); } .corner button.errors { border-left-color: var(--error); }
    button:focus-visible, .list:focus-visible { outline: 2px solid var(--frame); outline-offset: 2px; }
    .list:focus-visible { outline-offset: -2px; }
    .list { overflow: auto; padding: .25rem 1rem 1rem; overscroll-behavior: contain; }
    pre { font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; margin: .75rem 0 0;
      white-space: pre; width: max-content; tab-size: 1; }
    .error { color: var(--error); font-weight: 700; } .warning { color: var(--warning); font-weight: 700; }
    .frame { color: var(--frame); } .strong { font-weight: 700; }
  `);
  const host = document.createElement("digest-preview");
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  // A modal dialog takes the focus without moving the page, keeps it, closes by Escape and gives it back.
  root.innerHTML = `<dialog role="alertdialog" aria-labelledby="title" aria-describedby="what">
    <div class="head"><div><h2 id="title"></h2><p id="what"></p></div><button type="button">Close</button></div>
    <div class="list" tabindex="0" role="region" aria-label="Diagnostics"></div></dialog>
    <div class="corner" role="status"></div>`;
  const [dialog, corner] = [root.querySelector("dialog"), root.querySelector(".corner")];
  const reopen = document.createElement("button");
  reopen.type = "button";
  reopen.addEventListener("click", () => dialog.showModal());
  dialog.querySelector("button").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  // The page's own keys are not for whoever reads this.
  dialog.addEventListener("keydown", (event) => event.stopPropagation());

  const count = (number, word) => number > 0 ? [`${number} ${word}${number === 1 ? "" : "s"}`] : [];

  function showProblems({ errors, warnings, html }) {
    if (errors + warnings === 0) {
      dialog.close();
      host.remove();
      return;
    }
    const title = [...count(errors, "error"), ...count(warnings, "warning")].join(" and ");
    const kind = errors > 0 ? "errors" : "warnings";
    dialog.className = kind;
    dialog.querySelector("h2").textContent = title;
    dialog.querySelector("p").textContent = errors > 0
      ? "Behind this is the last page that could be shown. This goes when the mistake goes."
      : "The page is shown as it will be built.";
    // The preview has escaped the text.
    dialog.querySelector(".list").innerHTML = html;
    if (!host.isConnected) document.documentElement.append(host);
    reopen.className = kind;
    reopen.textContent = title;
    corner.replaceChildren(reopen);
    if (errors > 0 && !dialog.open) dialog.showModal();
    if (errors === 0) dialog.close();
  }

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
