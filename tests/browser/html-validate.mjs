// What html-validate judges pages by: all that it recommends, but for rules of style.

export default {
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    // A page is called what its authors call the paper, and titles are longer than a line of search results.
    "long-title": "off",
    // The length of a bar is a number of the page, which it hands to the style sheet as a custom property.
    "no-inline-style": "off",
  },
};
