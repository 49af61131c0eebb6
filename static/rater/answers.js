// Questions and their radio buttons: drafts, single keys, and what is still open.

import { digit } from "./keys.js";
import { phrase } from "./words.js";

const TYPING = "input:not([type=radio], [type=checkbox]), textarea, select";
const PRESSABLE = "button, a, summary, input[type=checkbox]";

export class Answers {
  constructor(form, draft) {
    this.form = form;
    this.draft = draft;
    this.questions = [...form.querySelectorAll("[data-question]")];
    this.line = form.querySelector("[data-saving]");
    this.keysOn = keySwitch(document.querySelector("[data-keys-switch]"));
    this.restore();
    form.addEventListener("change", (event) => this.changed(event));
  }

  // Field → value, for everything that was answered; a list where several boxes share a name.
  chosen() {
    const fields = this.questions.flatMap((question) => controlsOf(question));
    const names = new Set(fields.map((control) => control.name));
    const pairs = [...names].map((name) => [name, valueOf(fields.filter((control) => control.name === name))]);
    return Object.fromEntries(pairs.filter(([, value]) => value.length));
  }

  get any() {
    return Object.keys(this.chosen()).length > 0;
  }

  restore() {
    for (const [name, value] of Object.entries(this.draft.answers)) {
      const fields = this.questions.flatMap(controlsOf).filter((control) => control.name === name);
      if (!valueOf(fields).length) fill(fields, value);
    }
    for (const question of this.questions) {
      const leave = question.querySelector("[data-leave]");
      if (leave?.querySelector(":checked")) leave.hidden = false;
    }
  }

  changed(event) {
    stay(event.target);
    apart(event.target);
    alone(event.target);
    written(event.target);
    this.draft.keep({ answers: this.chosen() });
    for (const question of this.questions) {
      if (!isOpen(question)) this.markOne(question, false);
    }
    this.say("");
  }

  lacking() {
    const open = this.questions.filter(isOpen);
    if (!open.length) return "";
    this.mark(open.map((question) => question.dataset.question));
    const texts = open.map((question) => `“${question.querySelector("legend").textContent}”`);
    return phrase("Still open: {questions}", { questions: texts.join(" ") });
  }

  mark(names) {
    const open = this.questions.filter((question) => names.includes(question.dataset.question));
    for (const question of open) this.markOne(question, true);
    if (open.length) lead(open[0]);
  }

  // Who was reminded once may also say that they cannot tell.
  markOne(question, missing) {
    const leave = question.querySelector("[data-leave]");
    if (missing && leave) leave.hidden = false;
    question.toggleAttribute("data-missing", missing);
    const line = question.querySelector("[data-lacking]");
    line.hidden = !missing;
    const said = [question.querySelector(".hint")?.id, missing && line.id].filter(Boolean);
    question.setAttribute("aria-describedby", said.join(" "));
  }

  say(text, state = "") {
    this.line.textContent = text;
    this.line.dataset.state = state;
  }

  // Digits answer, Enter goes on; true when an answer was given.
  key(event) {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return false;
    if (target.matches(TYPING)) return false;
    if (key === "Enter" && (!target.matches(PRESSABLE) || target.closest("[data-ticks]"))) {
      event.preventDefault();
      this.form.requestSubmit();
      return false;
    }
    const number = digit(key);
    if (!this.keysOn() || !/^[0-9]$/.test(number)) return false;
    return this.answer(number, target);
  }

  // Answers the question that has the focus, else the first open one; then goes to the next open
  // one, so that a row of digits answers a row of questions. True when an answer was given.
  answer(value, target) {
    const question = target.closest("[data-question]") ?? this.questions.find(isOpen);
    const input = question && wanted(question, value, target);
    if (!input) return false;
    const first = isOpen(question);
    input.checked = true;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    if (isOpen(question)) {
      question.focus({ preventScroll: true });
      return true;
    }
    const following = first && this.questions.find(isOpen);
    (following || input).focus({ preventScroll: !following });
    return true;
  }
}

const controlsOf = (question) => [...question.querySelectorAll("input[name], select[name], textarea[name]")];
const isChoice = (control) => control.type === "radio" || control.type === "checkbox";

// What controls of one name hold: a text, or the list of what is ticked; empty where nothing is.
function valueOf(controls) {
  if (!controls.length) return "";
  if (!isChoice(controls[0])) return controls[0].value.trim();
  const ticked = controls.filter((control) => control.checked).map((control) => control.value);
  return controls[0].type === "radio" ? (ticked[0] ?? "") : ticked;
}

// As after a reload; `restored` tells scripts that draw their own control.
function fill(controls, value) {
  for (const control of controls) {
    if (isChoice(control)) control.checked = [value].flat().includes(control.value);
    else control.value = value;
    control.dispatchEvent(new Event("restored", { bubbles: true }));
  }
}

// Open: not everything is answered, and the rater has not said that they cannot tell. Fields that
// may stay empty are marked `data-optional`.
function isOpen(question) {
  if (question.querySelector("[data-leave] input:checked")) return false;
  const writes = question.querySelector("[data-writes]:checked");
  if (writes && !boxOf(writes).value.trim()) return true;
  const controls = controlsOf(question).filter((control) => !control.closest("[data-leave], [data-optional]"));
  const names = new Set(controls.map((control) => control.name));
  return [...names].some((name) => !valueOf(controls.filter((control) => control.name === name)).length);
}

// The button that a digit presses: in the first open row, else in the one that has the focus.
function wanted(question, value, target) {
  const radios = [...question.querySelectorAll("input[type=radio]")].filter((input) => !input.closest("[data-leave]"));
  const names = [...new Set(radios.map((input) => input.name))];
  const row = (name) => radios.filter((input) => input.name === name);
  const focused = names.includes(target.name) ? target.name : names[0];
  const name = names.find((known) => !valueOf(row(known))) ?? focused;
  if (!name || row(name).filter((input) => input.value !== "0").length > 9) return undefined; // more than digits
  return row(name).find((input) => input.value === value);
}

// To a question, from its beginning where it is longer than the room that sticking pictures leave.
function lead(question) {
  const stuck = parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) || 0;
  const fits = question.offsetHeight <= innerHeight - stuck;
  question.focus({ preventScroll: true });
  question.scrollIntoView({ block: fits ? "nearest" : "start" });
}

// An answer takes back “I cannot tell”.
function stay(control) {
  const left = control?.closest("[data-question]")?.querySelector("[data-leave] input:checked");
  if (left && left !== control) left.checked = false;
}

const taken = new WeakMap(); // box → the choice that was last taken back in it, and by which row

// Nothing is chosen twice within one question that says so: the older choice is taken back.
function apart(control) {
  const box = control?.closest("[data-apart]");
  if (!box) return;
  giveBack(box, control);
  if (!control.value) return;
  for (const other of box.querySelectorAll("input:checked, select")) {
    if (other.name === control.name || other.value !== control.value) continue;
    taken.set(box, { by: control.name, other, value: other.value });
    if (isChoice(other)) other.checked = false;
    else other.value = "";
  }
}

// Arrow keys pass over choices of other rows on their way: what was only passed over stays theirs.
function giveBack(box, control) {
  const last = taken.get(box);
  if (!last || (last.by === control.name && last.value === control.value)) return;
  taken.delete(box);
  if (last.by !== control.name) return;
  if (!isChoice(last.other)) last.other.value ||= last.value;
  else if (!box.querySelector(`[name="${CSS.escape(last.other.name)}"]:checked`)) last.other.checked = true;
}

// “None of these” and the others take each other back.
function alone(control) {
  const box = control?.closest("[data-ticks]");
  if (!box || control.type !== "checkbox" || !control.checked) return;
  for (const other of box.querySelectorAll("input:checked")) {
    if (other !== control && ("alone" in control.dataset || "alone" in other.dataset)) other.checked = false;
  }
}

const boxOf = (choice) => choice.closest(".point").nextElementSibling.querySelector("input");

// Whoever writes beside “other” means it; whoever chooses it goes on to write.
function written(control) {
  const choice = control?.closest(".options")?.querySelector("[data-writes]");
  if (!choice) return;
  const box = boxOf(choice);
  if (control === box && box.value.trim()) choice.checked = true;
  if (control === choice && choice.checked && !box.value.trim()) box.focus();
}

// Single-key shortcuts can be turned off (WCAG 2.1.4), and stay so in this browser.
function keySwitch(box) {
  const stored = () => {
    try {
      return localStorage.getItem("keys");
    } catch {
      return null;
    }
  };
  const apply = () => {
    document.documentElement.dataset.keys = box.checked ? "on" : "off";
  };
  box.checked = stored() !== "off";
  apply();
  box.addEventListener("change", () => {
    apply();
    try {
      localStorage.setItem("keys", box.checked ? "on" : "off");
    } catch {
      // the switch still holds for this page
    }
  });
  return () => box.checked;
}
