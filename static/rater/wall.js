// Groups of pictures: all on the page at once, each enlarged in place by a tap or Enter.

import { Lens } from "./lens.js";
import { listen } from "./gestures.js";
import { Shot } from "./shot.js";
import { during, watcher } from "./turn.js";
import { phrase } from "./words.js";

export class Wall {
  constructor(element) {
    this.element = element;
    this.shots = [...element.querySelectorAll("[data-tile]")].map((tile) => new Shot(tile));
    this.view = new View(element.querySelector("[data-view]"), this.shots);
    this.hint = element.querySelector("[data-hint]");
    this.opened = false;
    this.mode = "wall";
  }

  get loaded() {
    return this.shots.every((shot) => shot.decodedAt !== null);
  }

  // While a picture is enlarged, keys are about it and not about the questions behind it.
  get modal() {
    return this.view.isOpen;
  }

  // What is still to be looked at, in words.
  get overlooked() {
    const unseen = this.shots.filter((shot) => !shot.seen).length;
    return unseen ? phrase("Please look at all the pictures first.") : "";
  }

  pointOut() {
    const unseen = this.shots.find((shot) => !shot.seen);
    unseen?.figure.scrollIntoView({ block: "center" });
    unseen?.figure.focus({ focusVisible: true, preventScroll: true });
  }

  unfinished() {
    return "";
  }

  trouble(there) {
    this.element.toggleAttribute("data-trouble", there);
    this.element.querySelector(".trouble").hidden = !there;
  }

  open() {
    if (this.opened) return;
    this.opened = true;
    this.element.dataset.ready = "true";
    this.hint.hidden = false;
    this.shots.forEach((shot, index) => {
      shot.rendered = [shot.figure.clientWidth, shot.figure.clientHeight];
      shot.figure.addEventListener("click", () => this.view.show(index));
    });
    this.view.open();
    addEventListener("resize", () => this.measure(), during());
    this.measure();
    this.watch();
  }

  key(event) {
    return this.modal && this.view.key(event);
  }

  measure() {
    for (const shot of this.shots) shot.measure(shot.figure.clientWidth / shot.image.naturalWidth);
  }

  // On screen by half at least, and for how long; first fully visible.
  watch() {
    const observer = watcher(new IntersectionObserver((entries) => {
      for (const entry of entries) {
        const shot = this.shots.find(({ figure }) => figure === entry.target);
        shot.onScreen = entry.intersectionRatio >= 0.5;
        shot.inView = entry.intersectionRatio >= 0.98;
      }
      this.visibilityChanged();
    }, { threshold: [0, 0.5, 0.98, 1] }));
    for (const shot of this.shots) observer.observe(shot.figure);
  }

  visibilityChanged() {
    for (const shot of this.shots) {
      shot.setVisible(this.opened && Boolean(shot.onScreen) && !document.hidden);
    }
  }

  // As a stage says it.
  get done() {
    const { steps, enlarged, lens } = this.view;
    return { own: { steps, enlarged }, lens: lens.done };
  }

  resume({ own, lens }) {
    Object.assign(this.view, own);
    Object.assign(this.view.lens, lens);
  }

  report() {
    return {
      pictures: this.shots.map((shot) => shot.report()),
      flips: this.view.steps,
      enlarged: this.view.enlarged,
      zooms: this.view.lens.zooms,
      largest_zoom: Number(this.view.lens.largest.toFixed(3)),
      actual_size: this.view.lens.actualUsed,
    };
  }
}

// One picture as large as the screen lets, with the others a step away.
class View {
  constructor(dialog, shots) {
    this.dialog = dialog;
    this.shots = shots;
    const image = dialog.querySelector("[data-frame]").appendChild(new Image());
    image.draggable = false;
    this.shot = new Shot(dialog);
    this.lens = new Lens([this.shot], () => this.showSize());
    this.words = dialog.querySelector("[data-where]");
    this.index = 0;
    this.steps = 0;
    this.enlarged = 0;
  }

  get isOpen() {
    return this.dialog.open;
  }

  open() {
    listen(this.shot.frame, this.lens, () => {});
    this.dialog.addEventListener("click", (event) => this.press(event.target.closest("button")));
    this.dialog.addEventListener("close", () => this.shots[this.index].figure.focus());
    watcher(new ResizeObserver(() => this.isOpen && this.lens.place())).observe(this.shot.frame);
  }

  async show(index) {
    this.index = index;
    const { image, label } = this.shots[index];
    this.shot.image.src = image.src;
    this.shot.image.alt = image.alt;
    this.words.textContent = label;
    if (!this.isOpen) {
      this.enlarged += 1;
      this.dialog.showModal();
      this.shot.frame.focus({ focusVisible: false });
    }
    await this.shot.image.decode().catch(() => {});
    this.lens.fit();
  }

  step(by) {
    this.steps += 1;
    this.show((this.index + by + this.shots.length) % this.shots.length);
  }

  press(button) {
    if (!button) return;
    const { zoom, move, step } = button.dataset;
    if (step) this.step(Number(step));
    else if (zoom) this.lens[zoom]();
    else if (move) this.lens.move(...move.split(" ").map(Number));
    else this.dialog.close();
  }

  // Arrows lead to the next picture, or move within one that is larger than its frame.
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const sideways = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (sideways && !this.lens.large) {
      this.step(sideways);
      return true;
    }
    return this.lens.key(event.key, true);
  }

  showSize() {
    this.dialog.querySelector("[data-zoom-level]").textContent = `${this.lens.percent} %`;
    const actual = this.dialog.querySelector("[data-zoom=actual]");
    actual.setAttribute("aria-pressed", String(this.lens.isActual));
    this.dialog.querySelector("[data-pan]").hidden = !this.lens.large;
  }
}
