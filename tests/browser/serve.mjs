// Serves folders as GitHub Pages would: compressed, a folder's index, the site's own page for what is not there.

import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import zlib from "node:zlib";

const TYPES = {
  html: "text/html; charset=utf-8", css: "text/css", js: "text/javascript", svg: "image/svg+xml", png: "image/png",
  bin: "application/octet-stream", xml: "application/xml", json: "application/json", bib: "application/x-bibtex", txt: "text/plain",
};

/** Serves `sites`: [{base, folder}], on a port of its own choosing if none is given; returns the origin and how to stop. */
export async function serve(sites, port = 0) {
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://x");
    const site = sites.find(({ base }) => pathname.startsWith(base));
    const answer = (status, file) => {
      const type = TYPES[path.extname(file).slice(1)] ?? "application/octet-stream";
      const packs = !type.startsWith("application/octet") && /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
      const bytes = fs.readFileSync(file);
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
      if (status === 200 && from && !packs) {
        response.writeHead(206, { "content-type": type, "cache-control": "max-age=600", "content-range": `bytes ${from}-${to}/${bytes.length}` });
        return response.end(bytes.subarray(Number(from), Number(to) + 1));
      }
      const sent = packs ? zlib.gzipSync(bytes) : bytes;
      response.writeHead(status, {
        "content-type": type, "content-length": sent.length, "cache-control": "max-age=600", ...(packs && { "content-encoding": "gzip" }),
      });
      response.end(sent);
    };
    if (!site) return response.writeHead(404).end();
    const inside = decodeURIComponent(pathname.slice(site.base.length));
    const file = path.join(site.folder, inside === "" || inside.endsWith("/") ? `${inside}index.html` : inside);
    const is = (name) => fs.existsSync(name) && fs.statSync(name).isFile();
    if (is(file)) answer(200, file);
    else if (is(`${file}.html`)) answer(200, `${file}.html`);
    else answer(404, path.join(site.folder, "404.html"));
  });
  await new Promise((done) => server.listen(port, "127.0.0.1", done));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
