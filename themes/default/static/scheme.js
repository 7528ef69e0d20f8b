// Before a page is shown: the colours that the reader chose. Without this file the system's are taken.
try {
  const scheme = localStorage.getItem("digest-scheme");
  if (scheme) document.documentElement.dataset.theme = scheme;
} catch {} // a browser may keep nothing
