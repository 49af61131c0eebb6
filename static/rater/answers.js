// Questions and their radio buttons: drafts, single keys, and what is still open.

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
    form.addEventListener("change", () => this.changed());
  }

  chosen() {
    const pairs = this.questions.map((question) => [
      question.dataset.question,
      question.querySelector("input:checked")?.value,
    ]);
    return Object.fromEntries(pairs.filter(([, value]) => value));
  }

  restore() {
    for (const question of this.questions) {
      const value = this.draft.answers[question.dataset.question];
      const input = value && question.querySelector(`input[value="${CSS.escape(value)}"]`);
      if (input && !question.querySelector("input:checked")) input.checked = true;
    }
  }

  changed() {
    this.draft.keep({ answers: this.chosen() });
    for (const question of this.questions) {
      if (question.querySelector("input:checked")) this.markOne(question, false);
    }
    this.say("");
  }

  lacking() {
    const open = this.questions.filter((question) => !question.querySelector("input:checked"));
    if (!open.length) return "";
    this.mark(open.map((question) => question.dataset.question));
    const texts = open.map((question) => `“${question.querySelector("legend").textContent}”`);
    return `Still open: ${texts.join(" ")}`;
  }

  mark(names) {
    const open = this.questions.filter((question) => names.includes(question.dataset.question));
    for (const question of open) this.markOne(question, true);
    open[0]?.focus();
  }

  markOne(question, missing) {
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
    if (key === "Enter" && !target.matches(PRESSABLE)) {
      event.preventDefault();
      this.form.requestSubmit();
      return false;
    }
    if (!this.keysOn() || !/^[1-9]$/.test(key)) return false;
    return this.answer(key, target);
  }

  // Answers the question that has the focus, else the first open one; then goes to the next open
  // one, so that a row of digits answers a row of questions.
  answer(value, target) {
    const open = (question) => !question.querySelector("input:checked");
    const question = target.closest("[data-question]") ?? this.questions.find(open);
    const input = question?.querySelector(`input[value="${value}"]`);
    if (!input) return false;
    const first = open(question);
    input.checked = true;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    const following = first && this.questions.find(open);
    (following || input).focus({ preventScroll: !following });
    return true;
  }
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
