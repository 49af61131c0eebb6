// Sliders: a line without a thumb until it is first touched or a key puts one on it. The number
// field below stays the one that is sent; it is what a page without scripts shows.

import { digit } from "./keys.js";
import { phrase } from "./words.js";

const LAST = 100;

export function drawSliders(form) {
  for (const box of form.querySelectorAll("[data-slider]")) draw(box);
}

function draw(box) {
  const number = box.querySelector("input[type=number]");
  const line = document.createElement("input");
  Object.assign(line, { type: "range", min: 0, max: LAST, step: 1, className: "slider-line" });
  const question = box.closest("[data-question]");
  line.setAttribute("aria-label", question.querySelector("legend").textContent);
  const [low, high] = [...box.querySelectorAll(".slider-ends span")];
  line.setAttribute("aria-describedby", `${low.id} ${high.id}`);
  box.append(line);
  box.dataset.drawn = "";
  const show = () => {
    const there = number.value !== "";
    if (there) line.value = number.value;
    line.toggleAttribute("data-untouched", !there);
    line.setAttribute("aria-valuetext", there ? phrase("{number} of {last}", { number: number.value, last: LAST }) : phrase("no answer yet"));
  };
  const put = (value) => {
    number.value = Math.min(LAST, Math.max(0, value));
    show();
    number.dispatchEvent(new Event("change", { bubbles: true }));
  };
  line.addEventListener("input", () => put(Number(line.value)));
  // a press right where the hidden thumb stands changes nothing, so there is no input event
  for (const done of ["click", "pointerup"]) line.addEventListener(done, () => put(Number(line.value)));
  line.addEventListener("keydown", (event) => byKey(event, line, number, put));
  number.addEventListener("restored", show);
  number.addEventListener("change", show);
  show();
}

// Digits are tenths. On an empty line an arrow comes in from the end that it leads away from, so
// that no key begins in the middle.
function byKey(event, line, number, put) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const key = digit(event.key);
  if (key === "Enter") {
    event.preventDefault();
    line.form.requestSubmit();
  } else if (/^[0-9]$/.test(key)) {
    event.preventDefault();
    put(Number(key) * 10);
  } else if (number.value === "" && key in STARTS) {
    event.preventDefault();
    put(STARTS[ahead(key)]);
  } else if (number.value === "" && key === "Home") put(0); // the line may hold it already
  else if (number.value === "" && key === "End") put(LAST);
}

const STARTS = { ArrowRight: 0, ArrowUp: 0, PageUp: 0, ArrowLeft: LAST, ArrowDown: LAST, PageDown: LAST };
const TURNED = { ArrowLeft: "ArrowRight", ArrowRight: "ArrowLeft" };

// Lines run as the page is written: in Arabic their low end is at the right.
const ahead = (key) => (document.documentElement.dir === "rtl" ? (TURNED[key] ?? key) : key);
