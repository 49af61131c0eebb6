// One picture of a trial: when it was ready, when it was first fully on screen, for how long shown.

import { clock } from "./turn.js";

export class Shot {
  constructor(figure) {
    this.figure = figure;
    this.frame = figure.querySelector("[data-frame]") ?? figure;
    this.image = figure.querySelector("img");
    this.label = figure.querySelector("figcaption")?.textContent.trim() ?? this.image.alt;
    this.decodedAt = null;
    this.visibleAt = null;
    this.inView = false;
    this.seen = false;
    this.since = null;
    this.shown = 0;
    this.rendered = null;
    this.sharpest = 0; // screen pixels per pixel of the picture, as they were at that moment
  }

  measure(scale) {
    this.sharpest = Math.max(this.sharpest, scale * devicePixelRatio);
  }

  setVisible(visible) {
    const now = clock();
    if (visible && this.since === null) this.since = now;
    if (!visible && this.since !== null) {
      this.shown += now - this.since;
      this.since = null;
    }
    this.seen ||= visible;
    if (visible && this.inView) this.visibleAt ??= now;
  }

  report() {
    const shown = this.shown + (this.since === null ? 0 : clock() - this.since);
    const whole = (value) => (value === null ? null : Math.round(value));
    return {
      natural: [this.image.naturalWidth, this.image.naturalHeight],
      rendered: this.rendered ?? [0, 0],
      screen_pixels: Number(this.sharpest.toFixed(4)),
      decoded_ms: whole(this.decodedAt),
      visible_ms: whole(this.visibleAt),
      shown_ms: Math.round(shown),
    };
  }
}
