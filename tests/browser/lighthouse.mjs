// Lighthouse on the pages that matter most: 100 in each category, on a phone of its own choosing.

const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];

export async function run({ plan, require, browser, origin, complain, note }) {
  const { pathToFileURL } = await import("node:url");
  const { default: lighthouse } = await import(pathToFileURL(require.resolve("lighthouse")));
  const { base, issue, paper } = plan.sites[0];
  const port = Number(new URL(browser.wsEndpoint()).port);
  for (const path of ["", issue, paper, "search/"]) {
    const { lhr } = await lighthouse(`${origin}${base}${path}`, { port, logLevel: "error", onlyCategories: CATEGORIES });
    const scores = CATEGORIES.map((name) => Math.round(lhr.categories[name].score * 100));
    note(`lighthouse ${lhr.lighthouseVersion} ${base}${path}: ${CATEGORIES.map((name, i) => `${name} ${scores[i]}`).join(", ")}`);
    for (const name of CATEGORIES) {
      for (const { id, weight } of lhr.categories[name].auditRefs) {
        const { score, displayValue = "", title } = lhr.audits[id];
        if (weight && score !== null && score < 1) note(`  ${name}: ${id} ${score}: ${title} ${displayValue}`);
      }
    }
    if (scores.some((score) => score < 100)) complain(`lighthouse: ${base}${path} has ${scores}`);
  }
}
