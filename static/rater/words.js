// Sentences in the language of the page. `words` is a table of the page: English → translation.

const table = document.getElementById("words");
const known = table ? JSON.parse(table.textContent) : {};

// `{name}` in the text stands for `values.name`.
export function phrase(text, values = {}) {
  return (known[text] ?? text).replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
