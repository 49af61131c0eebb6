// Size and spot, shared by all pictures of a trial. Scales are CSS pixels per pixel of the picture.

const STEP = 0.2; // of the frame, for one press of an arrow
const LARGEST = 16;

export class Lens {
  constructor(shots, changed) {
    this.shots = shots;
    this.changed = changed;
    this.scale = null; // null: the whole picture
    this.centre = [0.5, 0.5]; // the spot in the middle of the frame, as a share of the picture
    this.corner = [0, 0]; // of the picture in the frame, CSS pixels
    this.zooms = 0;
    this.largest = 0;
    this.actualUsed = false;
  }

  get done() {
    const { zooms, largest, actualUsed } = this;
    return { zooms, largest, actualUsed };
  }

  get size() {
    const { naturalWidth, naturalHeight } = this.shots[0].image;
    return [naturalWidth, naturalHeight];
  }

  get frame() {
    const shot = this.shots.find(({ frame }) => frame.clientWidth) ?? this.shots[0];
    return [shot.frame.clientWidth, shot.frame.clientHeight];
  }

  get whole() {
    const [width, height] = this.size;
    const [frameWidth, frameHeight] = this.frame;
    return Math.min(frameWidth / width, frameHeight / height);
  }

  // One pixel of the picture is a whole number of screen pixels: one, or two on dense screens.
  get actualScale() {
    return Math.max(1, Math.round(devicePixelRatio)) / devicePixelRatio;
  }

  get current() {
    return this.scale ?? this.whole;
  }

  get fits() {
    return this.scale === null;
  }

  get isActual() {
    return Math.abs(this.current - this.actualScale) < 1e-6;
  }

  get large() {
    return this.current > this.whole * 1.001;
  }

  get percent() {
    return Math.round((100 * this.current) / this.actualScale);
  }

  in() {
    this.to(this.levels().find((level) => level > this.current * 1.01) ?? this.current);
  }

  out() {
    const smaller = this.levels().filter((level) => level < this.current * 0.99);
    this.to(smaller.at(-1) ?? this.current);
  }

  fit() {
    this.centre = [0.5, 0.5];
    this.to(this.whole);
  }

  // Pressed once more, back to the whole picture.
  actual() {
    if (this.isActual && !this.fits) {
      this.fit();
      return;
    }
    this.actualUsed = true;
    this.to(this.actualScale);
  }

  levels() {
    const steps = [1, 2, 4, 8, LARGEST].map((factor) => factor * this.actualScale);
    return [...new Set([this.whole, ...steps])].sort((a, b) => a - b);
  }

  // `anchor`: the point of the frame (CSS pixels from its corner) that keeps its spot.
  to(scale, anchor = null) {
    const [least, most] = [this.levels()[0], this.levels().at(-1)];
    const wanted = Math.min(most, Math.max(least, scale));
    if (anchor) this.keep(anchor, wanted);
    if (Math.abs(wanted - this.current) > 1e-6) this.zooms += 1;
    this.scale = Math.abs(wanted - this.whole) < 1e-6 ? null : wanted;
    this.place();
  }

  keep(anchor, scale) {
    this.centre = this.centre.map((share, axis) => {
      const offset = anchor[axis] - this.frame[axis] / 2;
      return share + (offset / this.size[axis]) * (1 / this.current - 1 / scale);
    });
  }

  // By shares of the frame: one right means that the view moves to the right.
  move(right, down) {
    this.drag(-right * STEP * this.frame[0], -down * STEP * this.frame[1]);
  }

  // By CSS pixels, as a finger drags.
  drag(x, y) {
    const [width, height] = this.size;
    this.centre = [
      this.centre[0] - x / (width * this.current),
      this.centre[1] - y / (height * this.current),
    ];
    this.place();
  }

  key(key, onPicture) {
    const sizes = { "+": "in", "=": "in", "-": "out", "−": "out", 0: "fit" };
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (key in sizes) this[sizes[key]]();
    else if (onPicture && this.large && key in moves) this.move(...moves[key]);
    else return false;
    return true;
  }

  // Puts every picture where size and spot say, on whole screen pixels.
  place() {
    const scale = this.current;
    this.largest = Math.max(this.largest, scale);
    const [width, height] = this.size.map((length) => length * scale);
    const snap = (value) => Math.round(value * devicePixelRatio) / devicePixelRatio;
    this.centre = this.centre.map((share, axis) => {
      const half = this.frame[axis] / (2 * this.size[axis] * scale);
      return half >= 0.5 ? 0.5 : Math.min(1 - half, Math.max(half, share));
    });
    const left = snap(this.frame[0] / 2 - this.centre[0] * width);
    const top = snap(this.frame[1] / 2 - this.centre[1] * height);
    this.corner = [left, top];
    for (const { image, frame } of this.shots) {
      Object.assign(image.style, {
        inset: "auto",
        left: "0",
        top: "0",
        width: `${width}px`,
        height: `${height}px`,
        transform: `translate(${left}px, ${top}px)`,
      });
      frame.toggleAttribute("data-large", this.large);
      frame.toggleAttribute("data-sharp", !this.fits && scale >= this.actualScale * 0.999);
    }
    for (const shot of this.shots) {
      shot.rendered ??= [Math.round(width), Math.round(height)];
      shot.measure(scale);
    }
    this.changed();
  }
}
