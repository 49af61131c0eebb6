// Pictures in one place: turned by tap, button or key, peeked at by holding; never by themselves.

import { Stage } from "./stage.js";
import { letter } from "./keys.js";
import { during } from "./turn.js";

const HOLD_MS = 350; // a shorter press turns, a longer one peeks until it is let go
const HOLD_PX = 8;
const SHORTEST = 170; // ms between two turns: at most three flashes a second, however fast one presses

export class InPlaceStage extends Stage {
  constructor(element) {
    super(element);
    this.buttons = [...element.querySelectorAll("[data-show]")];
    this.candidate = 1; // what the first picture, the reference, is compared with
    this.wanted = 0;
    this.byHand = true;
    this.turning = null;
    this.pressedAt = null;
    this.peekedFrom = null;
  }

  get flipping() {
    return true;
  }

  get mode() {
    return "in_place";
  }

  // Of the reference and the candidate, the one that is not shown.
  get other() {
    return this.top === 0 ? this.candidate : 0;
  }

  open() {
    if (this.opened) return;
    super.open();
    this.enlargeAtFirst();
    for (const { frame } of this.shots) this.listenForHolds(frame);
    // After a click the space bar is to turn the pictures, not to press that button once more.
    for (const button of this.buttons) button.addEventListener("click", (event) => event.detail && button.blur());
    addEventListener("keyup", (event) => this.released(event), during());
    addEventListener("blur", () => this.unpeek(), during());
  }

  // Kinds may open at a size of their own; that is no doing of the rater's.
  enlargeAtFirst() {
    const { opensAt } = this.element.querySelector("[data-in-place]").dataset;
    if (!opensAt || Number(opensAt) === 1) return;
    const { zooms } = this.lens;
    this.lens.to(Number(opensAt) * this.lens.actualScale);
    this.lens.zooms = zooms;
  }

  flip() {
    this.turnTo(this.other);
  }

  // Sooner than allowed, a turn waits; whoever presses on changes only where it leads.
  turnTo(index, byHand = true) {
    this.wanted = index;
    this.byHand = byHand;
    const wait = SHORTEST - (performance.now() - this.flippedAt);
    if (wait > 0 || this.turning) {
      this.turning ??= setTimeout(() => this.turnLate(), Math.max(0, wait));
      return;
    }
    this.turn();
  }

  turnLate() {
    this.turning = null;
    this.turn();
  }

  turn() {
    if (this.wanted === this.top) return;
    this.flippedAt = performance.now();
    if (this.byHand) this.flips += 1;
    this.showPicture(this.wanted);
  }

  showPicture(index) {
    this.top = index;
    if (index) this.candidate = index;
    this.arrange();
  }

  listenForHolds(frame) {
    let timer = null;
    let start = [0, 0];
    frame.addEventListener("pointerdown", (event) => {
      if (event.button || !event.isPrimary) return clearTimeout(timer);
      start = [event.clientX, event.clientY];
      timer = setTimeout(() => this.peek(), HOLD_MS);
      return timer;
    });
    const moved = (event) => Math.hypot(event.clientX - start[0], event.clientY - start[1]) > HOLD_PX;
    addEventListener("pointermove", (event) => moved(event) && clearTimeout(timer), during());
    for (const end of ["pointerup", "pointercancel"]) {
      addEventListener(end, () => {
        clearTimeout(timer);
        this.unpeek();
      }, during());
    }
    frame.addEventListener("contextmenu", (event) => event.preventDefault()); // what a long touch opens
  }

  peek() {
    this.peekedFrom = this.top;
    this.turnTo(this.other);
  }

  unpeek() {
    if (this.peekedFrom === null) return;
    this.turnTo(this.peekedFrom);
    this.peekedFrom = null;
  }

  key(event) {
    if (!this.mine(event)) return super.key(event);
    if (event.repeat) return true;
    const { key, target } = event;
    const free = !target.matches("input, button, a, summary");
    const named = this.buttons.findIndex((button) => button.dataset.key === letter(event));
    if (named >= 0) this.turnTo(named);
    else if (key !== " " || !free) return super.key(event);
    else {
      this.pressedAt = performance.now();
      this.flip();
    }
    return true;
  }

  mine(event) {
    if (!this.opened || event.ctrlKey || event.metaKey || event.altKey) return false;
    return !event.target.matches("input:not([type=radio], [type=checkbox]), textarea, select");
  }

  // Space held is a peek too.
  released(event) {
    if (event.key !== " " || this.pressedAt === null) return;
    if (performance.now() - this.pressedAt > HOLD_MS) this.flip();
    this.pressedAt = null;
  }

  press(button) {
    if (button && "show" in button.dataset) this.turnTo(Number(button.dataset.show));
    else super.press(button);
  }

  // Leads to the button of a picture that was never shown.
  pointOut() {
    this.buttons[this.shots.findIndex((shot) => !shot.seen)]?.focus({ focusVisible: true });
  }

  showTop() {
    this.buttons.forEach((button, index) => {
      button.setAttribute("aria-pressed", String(index === this.top));
    });
  }
}
