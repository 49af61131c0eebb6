// Line numbers beside a text field, and a way from each problem to its line.

for (const editor of document.querySelectorAll("[data-editor]")) {
  const lines = editor.querySelector(".editor-lines");
  const field = editor.querySelector("textarea");
  const problems = document.getElementById("problems");

  const number = () => {
    const wrong = new Set([...problems.querySelectorAll("[data-line]")].map((link) => link.dataset.line));
    const count = field.value.split("\n").length;
    lines.replaceChildren(
      ...Array.from({ length: count }, (_, index) => {
        const line = document.createElement("span");
        line.textContent = index + 1;
        line.classList.toggle("wrong", wrong.has(String(index + 1)));
        return line;
      }),
    );
    lines.scrollTop = field.scrollTop;
  };

  field.addEventListener("input", number);
  field.addEventListener("scroll", () => (lines.scrollTop = field.scrollTop));
  document.body.addEventListener("htmx:afterSettle", number);
  problems.addEventListener("click", (event) => {
    const link = event.target.closest("[data-line]");
    if (!link) return;
    event.preventDefault();
    select(field, Number(link.dataset.line));
  });
  number();
}

// Puts the line in sight and selects it, so that typing replaces it.
function select(field, line) {
  const before = field.value.split("\n").slice(0, line - 1);
  const start = before.reduce((sum, text) => sum + text.length + 1, 0);
  const end = field.value.indexOf("\n", start);
  field.focus();
  field.setSelectionRange(start, end < 0 ? field.value.length : end);
  const height = Number.parseFloat(getComputedStyle(field).lineHeight);
  field.scrollTop = Math.max(0, (line - 4) * height);
}
