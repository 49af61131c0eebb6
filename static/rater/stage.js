// The pictures of a trial: the same spot at the same size in all of them, side by side or flipped.

import { Lens } from "./lens.js";
import { listen } from "./gestures.js";
import { Shot } from "./shot.js";
import { letter } from "./keys.js";
import { during, watcher } from "./turn.js";
import { phrase } from "./words.js";

const NARROW = matchMedia("(max-width: 49.99rem)");
const MOST_OF_SCREEN = 0.66; // of its height, that pictures may keep while one scrolls to the answers
const SHORTEST_FLIP = 170; // ms: at most three flashes a second, however fast somebody presses

export class Stage {
  constructor(element) {
    this.element = element;
    this.tools = element.querySelector("[data-tools]");
    this.flipButton = element.querySelector("[data-flip]");
    this.shots = [...element.querySelectorAll("[data-shot]")].map((figure) => new Shot(figure));
    this.lens = new Lens(this.shots, () => this.showSize());
    this.top = 0;
    this.flips = 0;
    this.flippedAt = -Infinity;
    this.opened = false;
  }

  get loaded() {
    return this.shots.every((shot) => shot.decodedAt !== null);
  }

  get flipping() {
    return this.shots.length > 1 && NARROW.matches;
  }

  get mode() {
    return this.flipping ? "flip" : "side";
  }

  get modal() {
    return false;
  }

  // What is still to be looked at, in words: a picture that was never on top.
  get overlooked() {
    const unseen = this.shots.find((shot) => !shot.seen);
    return unseen ? phrase("Please look at the other picture too: tap “{label}”.", { label: unseen.label }) : "";
  }

  // What is open but need not be answered, in words; said once. Kinds of stages have their own.
  unfinished() {
    return "";
  }

  tapped() {
    if (this.flipping) this.flip();
  }

  trouble(there) {
    this.element.toggleAttribute("data-trouble", there);
    this.element.querySelector(".trouble").hidden = !there;
  }

  open() {
    if (this.opened) return;
    this.opened = true;
    this.element.dataset.ready = "true";
    this.tools.hidden = false;
    this.tools.addEventListener("click", (event) => this.press(event.target.closest("button")));
    for (const shot of this.shots) listen(shot.frame, this.lens, (event) => this.tapped(shot, event));
    watcher(new ResizeObserver(() => {
      this.arrange();
      this.leaveRoom();
    })).observe(this.element);
    addEventListener("resize", () => this.arrange(), during()); // zooming need not change its size
    this.watch();
    this.arrange();
  }

  // Pictures that stay in view on a phone cover nothing that is led to: focus stops below them.
  leaveRoom() {
    const tall = this.element.offsetHeight > MOST_OF_SCREEN * innerHeight;
    this.element.toggleAttribute("data-tall", tall);
    document.documentElement.style.setProperty("--stuck", tall ? "0px" : `${this.element.offsetHeight}px`);
  }

  arrange() {
    this.shots.forEach((shot, index) => {
      shot.figure.toggleAttribute("data-under", this.flipping && index !== this.top);
    });
    this.lens.place();
    this.showTop();
    this.visibilityChanged();
  }

  flip() {
    if (performance.now() - this.flippedAt < SHORTEST_FLIP) return;
    this.flippedAt = performance.now();
    this.top = (this.top + 1) % this.shots.length;
    this.flips += 1;
    this.arrange();
  }

  // Leads the eye, and the keyboard, to the button that shows the other picture.
  pointOut() {
    this.flipButton?.focus({ focusVisible: true });
  }

  press(button) {
    if (!button) return;
    const { zoom, move } = button.dataset;
    if (button === this.flipButton) this.flip();
    else if (zoom) this.lens[zoom]();
    else if (move) this.lens.move(...move.split(" ").map(Number));
  }

  // True when the key was one of ours.
  key(event) {
    if (!this.opened || event.ctrlKey || event.metaKey || event.altKey) return false;
    const { target, key } = event;
    if (target.matches("input:not([type=radio], [type=checkbox]), textarea, select")) return false;
    const free = !target.matches("input, button, a, summary"); // there Space has its own meaning
    if (this.flipping && ((key === " " && free) || letter(event) === "f")) {
      if (!event.repeat) this.flip();
      return true;
    }
    return this.lens.key(key, Boolean(target.closest("[data-frame]")));
  }

  showTop() {
    if (!this.flipButton) return;
    const [top, other] = [this.shots[this.top].label, this.shots[1 - this.top].label];
    this.flipButton.setAttribute("aria-label", phrase("{top} is shown. Show: {other}", { top, other }));
    for (const side of this.flipButton.querySelectorAll("[data-side]")) {
      side.toggleAttribute("data-top", Number(side.dataset.side) === this.top);
    }
  }

  showSize() {
    const level = this.tools.querySelector("[data-zoom-level]");
    level.textContent = `${this.lens.percent} %`;
    const actual = this.tools.querySelector("[data-zoom=actual]");
    actual.setAttribute("aria-pressed", String(this.lens.isActual));
    this.tools.querySelector("[data-pan]").hidden = !this.lens.large;
  }

  // First fully visible, and for how long on top.
  watch() {
    const observer = watcher(new IntersectionObserver((entries) => {
      for (const entry of entries) {
        const shot = this.shots.find(({ frame }) => frame === entry.target);
        shot.inView = entry.intersectionRatio >= 0.98;
      }
      this.visibilityChanged();
    }, { threshold: [0, 0.5, 0.98, 1] }));
    for (const shot of this.shots) observer.observe(shot.frame);
  }

  visibilityChanged() {
    this.shots.forEach((shot, index) => {
      const onTop = !this.flipping || index === this.top;
      shot.setVisible(this.opened && onTop && !document.hidden);
    });
  }

  // What the rater did with the pictures so far, and, on a page that is loaded anew, had done before.
  get done() {
    return { own: { flips: this.flips }, lens: this.lens.done };
  }

  resume({ own, lens }) {
    Object.assign(this, own);
    Object.assign(this.lens, lens);
  }

  report() {
    return {
      pictures: this.shots.map((shot) => shot.report()),
      flips: this.flips,
      zooms: this.lens.zooms,
      largest_zoom: Number(this.lens.largest.toFixed(3)),
      actual_size: this.lens.actualUsed,
    };
  }
}
