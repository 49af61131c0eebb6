// Flicker: two pictures alternate while somebody wants it, at a rate that the server allows.
// It starts by an act of the rater alone, and stops at once on release, Escape, or looking away.

import { InPlaceStage } from "./in_place.js";
import { letter } from "./keys.js";
import { during } from "./turn.js";
import { phrase } from "./words.js";

const CALM = matchMedia("(prefers-reduced-motion: reduce)");
const KEY = "f";
const AGREED = "flicker";
const ANY_SIZE = 3; // rounds a second that are allowed however large the pictures are
const TOO_LARGE = () => phrase("Too large to flicker: made smaller, it starts again.");

export class FlickerStage extends InPlaceStage {
  constructor(element) {
    super(element);
    this.panel = element.querySelector("[data-flicker]");
    this.button = this.panel.querySelector("[data-flicker-button]");
    this.warning = this.panel.querySelector("[data-flicker-warning]");
    this.line = this.panel.querySelector("[data-flicker-said]");
    const { rate, largest, start } = this.panel.dataset;
    this.rate = Number(rate); // rounds a second: there and back again
    this.largest = Number(largest); // CSS pixels per pixel of the picture, which the rate holds for
    this.held = start === "hold";
    this.timer = null;
    this.startedAt = 0;
    this.before = 0;
    this.starts = 0;
    this.changes = 0;
    this.lasted = 0;
  }

  get running() {
    return this.timer !== null;
  }

  open() {
    if (this.opened) return;
    for (const { frame, image } of this.shots) {
      frame.style.maxWidth = `${image.naturalWidth * this.largest}px`;
      frame.style.maxHeight = `${image.naturalHeight * this.largest}px`;
    }
    super.open();
    this.panel.hidden = false;
    this.panel.querySelector("[data-flicker-agree]").addEventListener("click", () => this.agree());
    this.listenToButton();
    for (const [target, name] of [[window, "blur"], [window, "pagehide"], [document, "visibilitychange"]]) {
      target.addEventListener(name, () => this.stop(), during());
    }
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.stop(), during());
    CALM.addEventListener("change", () => this.offer(), during());
    visualViewport?.addEventListener("resize", () => this.endWhereTooLarge(), during());
    during().signal.addEventListener("abort", () => this.stop());
    this.offer();
  }

  // Nothing to start before the warning was read; nothing at all where less motion is asked for.
  offer() {
    this.stop();
    const agreed = remembered();
    this.warning.hidden = agreed || CALM.matches;
    this.button.hidden = !agreed || CALM.matches;
    this.say(CALM.matches ? phrase("Your device asks for less motion, so nothing flickers here. Turn the pictures by hand.") : "");
  }

  agree() {
    remember();
    this.offer();
    this.button.focus();
  }

  listenToButton() {
    const { button } = this;
    if (!this.held) {
      button.addEventListener("click", () => (this.running ? this.stop() : this.start()));
      return;
    }
    button.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      button.setPointerCapture(event.pointerId);
      this.start();
    });
    for (const name of ["pointercancel", "lostpointercapture", "blur"]) {
      button.addEventListener(name, () => this.stop());
    }
    button.addEventListener("pointerup", () => {
      this.stop();
      button.blur(); // the space bar turns the pictures again
    });
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    button.addEventListener("keydown", (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      event.stopPropagation();
      if (!event.repeat) this.start();
    });
    button.addEventListener("keyup", () => this.stop());
  }

  start() {
    if (this.running || this.button.hidden || document.hidden) return;
    if (this.tooLarge) this.lens.to(this.largest);
    if (this.tooLarge) return this.say(TOO_LARGE());
    this.starts += 1;
    this.startedAt = performance.now();
    this.before = this.turning ? this.wanted : this.top; // a turn that still waits is done by the first change
    clearTimeout(this.turning);
    this.turning = null;
    this.say("");
    this.told();
    this.wait();
  }

  // From the change that was really made, so that no delay is caught up with by changes in a row.
  wait() {
    this.timer = setTimeout(() => this.alternate(), Math.ceil(500 / this.rate));
  }

  alternate() {
    this.wait();
    this.changes += 1;
    this.flippedAt = performance.now();
    this.showPicture(this.other);
  }

  // Larger than the rate was worked out for. Up to three rounds a second hold for any size on the
  // screen; above, pinching enlarges flashes as well.
  get tooLarge() {
    const pinched = this.rate > ANY_SIZE ? (visualViewport?.scale ?? 1) : 1;
    return this.lens.current * pinched > this.largest * 1.001;
  }

  stop() {
    if (!this.running) return;
    clearTimeout(this.timer);
    this.timer = null;
    this.lasted += performance.now() - this.startedAt;
    super.turnTo(this.before, false); // as late as a turn by hand: quick holds are no faster flicker
    this.told();
  }

  told() {
    this.button.setAttribute("aria-pressed", String(this.running));
    if (!this.held) this.button.querySelector("[data-words]").textContent = this.running ? phrase("Stop") : phrase("Start flicker");
  }

  // Any turn by hand ends it.
  turnTo(index, byHand = true) {
    this.stop();
    super.turnTo(index, byHand);
  }

  key(event) {
    if (letter(event) === KEY && this.mine(event)) {
      if (event.repeat) return true;
      if (!this.held && this.running) this.stop();
      else this.start();
      return true;
    }
    return super.key(event);
  }

  released(event) {
    if (this.held && letter(event) === KEY) this.stop();
    super.released(event);
  }

  showSize() {
    super.showSize();
    this.endWhereTooLarge();
  }

  endWhereTooLarge() {
    if (!this.running || !this.tooLarge) return;
    this.stop();
    this.say(TOO_LARGE());
  }

  say(text) {
    this.line.textContent = text;
  }

  get flickered() {
    return this.lasted + (this.running ? performance.now() - this.startedAt : 0);
  }

  get done() {
    const { own, lens } = super.done;
    return { own: { ...own, starts: this.starts, changes: this.changes, lasted: this.flickered }, lens };
  }

  report() {
    const { rate, starts, changes } = this;
    const flicker = { rate, starts, changes, ms: Math.round(this.flickered) };
    return { ...super.report(), flicker };
  }
}

// For this visit: whoever comes back another day is warned again.
function remembered() {
  try {
    return sessionStorage.getItem(AGREED) === "yes";
  } catch {
    return false;
  }
}

function remember() {
  try {
    sessionStorage.setItem(AGREED, "yes");
  } catch {
    // then the warning comes again on the next page
  }
}
