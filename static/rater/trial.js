// One trial: the parts below, wired together. Without this file the page is a plain form.

import { Answers } from "./answers.js";
import { Draft } from "./draft.js";
import { FlickerStage } from "./flicker.js";
import { InPlaceStage } from "./in_place.js";
import { MarkingStage } from "./marks.js";
import { Nothing } from "./nothing.js";
import { loadAll, loadAhead } from "./pictures.js";
import { save } from "./saving.js";
import { drawSliders } from "./slider.js";
import { Stage } from "./stage.js";
import { swap } from "./swap.js";
import { during, justTurned, turn } from "./turn.js";
import { Viewing } from "./viewing.js";
import { Wall } from "./wall.js";
import { phrase } from "./words.js";

let current = location.pathname;

function staged(element, form, draft) {
  if (element.querySelector("[data-nothing]")) return new Nothing(element);
  if (element.querySelector("[data-wall]")) return new Wall(element);
  if (element.querySelector("[data-flicker]")) return new FlickerStage(element);
  if (element.querySelector("[data-in-place]")) return new InPlaceStage(element);
  return element.querySelector("[data-marking]") ? new MarkingStage(element, form, draft) : new Stage(element);
}

// The trial that is on the page now.
function begin() {
  const form = document.getElementById("trial");
  const draft = new Draft(form.dataset.token);
  const stage = staged(form.querySelector("[data-stage]"), form, draft);
  drawSliders(form);
  const answers = new Answers(form, draft);
  const viewing = new Viewing(form, stage, draft);
  const next = form.querySelector("[data-next]");
  const address = location.href; // Back changes what stands there, also where somebody stays to have the answer saved
  let busy = false;

  async function showPictures() {
    const failures = await loadAll(stage);
    viewing.loadFailures += failures;
    if (!stage.loaded) return;
    stage.open();
    viewing.begin();
    loadAhead(form.dataset.upcoming.split(" ").filter(Boolean));
  }

  function whatIsLacking() {
    if (!stage.loaded) return phrase("Please wait until the pictures are here.");
    return stage.overlooked || answers.lacking() || stage.unfinished(answers.chosen());
  }

  async function submit() {
    if (busy) return;
    const lacking = whatIsLacking();
    if (justTurned() && (lacking || !answers.any)) return; // a second press of the Next before
    if (lacking) {
      answers.say(lacking, "lacking");
      if (stage.overlooked) stage.pointOut();
      return;
    }
    busy = true;
    next.setAttribute("aria-busy", "true");
    const outcome = await save(form, address, (attempts) => viewing.fill(form, attempts), (text) => answers.say(text, "trouble"));
    if (outcome.missing) {
      busy = false;
      next.removeAttribute("aria-busy");
      answers.mark(outcome.missing);
      return;
    }
    if (outcome.kept) draft.forget();
    else draft.keep({ unsent: !outcome.next });
    goOn(outcome);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  document.addEventListener("keydown", (event) => {
    if (stage.modal) {
      if (stage.key(event)) event.preventDefault();
      return;
    }
    const wanted = answers.keysOn() || event.target.closest("[data-frame]");
    if (answers.key(event)) viewing.keys += 1;
    else if (wanted && stage.key(event)) event.preventDefault();
  }, during());
  document.getElementById("missing").addEventListener("submit", (event) => {
    viewing.fill(event.target);
    draft.forget(); // when it comes again, nothing is chosen that was chosen blind
  });
  form.querySelector("[data-again]").addEventListener("click", showPictures);

  if (draft.content.unsent) {
    draft.keep({ unsent: false });
    answers.say(phrase("That did not go through. Your answer is still here: please press Next again."), "trouble");
  }
  document.documentElement.dataset.ready = "true";
  showPictures();
}

// To the next page. A trial comes with the server's word, and takes the place of this one.
function goOn({ next, page }) {
  if (page && swap(next, page)) {
    current = location.pathname;
    turn();
    begin();
  } else if (next) {
    location.assign(next);
  } else {
    location.reload(); // an address with a part of the page in it would only be scrolled to
  }
}

// A page taken from the browser's memory may show a trial whose turn is over: ask the server.
addEventListener("pageshow", (event) => event.persisted && location.reload());
// Backwards and forwards lead to where the server says. A link within the page stays on it.
addEventListener("popstate", () => location.pathname === current || location.reload());
begin();
