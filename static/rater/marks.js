// Places marked in a picture: by tap or click, by arrow keys and Enter; moved, removed, kept.

import { Stage } from "./stage.js";
import { phrase } from "./words.js";

const STEP = 0.02; // of the picture, for one press of an arrow
const LEAP = 0.1; // the same with Shift
const DRAG_PX = 5;
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class MarkingStage extends Stage {
  constructor(element, form, draft) {
    super(element);
    this.form = form;
    this.draft = draft;
    const { most, radius } = element.querySelector("[data-marking]").dataset;
    this.most = Number(most);
    this.radius = Number(radius) / 100;
    this.shot = this.shots.find(({ frame }) => "marked" in frame.dataset);
    this.layer = this.shot.frame.querySelector("[data-marks]");
    this.cross = this.layer.querySelector("[data-cross]");
    this.tray = element.querySelector("[data-tray]");
    this.marks = draft.content.marks ?? []; // [x, y] as shares of the picture
    this.cursor = [0.5, 0.5];
    this.carried = null; // index of the mark that the arrow keys carry
    this.reminded = false;
  }

  open() {
    if (this.opened) return;
    const { frame } = this.shot;
    frame.addEventListener("pointerdown", (event) => this.grab(event), true);
    frame.addEventListener("keydown", (event) => this.pressed(event));
    frame.addEventListener("focus", () => this.drawMarks());
    frame.addEventListener("blur", () => this.putDown());
    this.tray.addEventListener("click", (event) => this.chosen(event.target.closest("button")));
    if (this.flipping) this.top = this.shots.indexOf(this.shot);
    super.open();
    this.tray.hidden = false;
    this.changed("");
  }

  // Reminds once of what may have been forgotten; the next press of Next goes on.
  unfinished(chosen) {
    const wrong = Object.values(chosen).some((point) => Number(point) > 1);
    if (this.reminded || this.marks.length || !wrong) return "";
    this.reminded = true;
    return phrase("You have marked no place. Mark where it looks wrong; or press Next again if you cannot tell where.");
  }

  tapped(shot, event) {
    if (shot !== this.shot) {
      super.tapped(shot, event);
      return;
    }
    const place = this.placeAt(event);
    if (!place) return;
    this.cursor = place;
    this.add(place);
  }

  // A mark under the finger is moved by a drag and removed by a tap.
  grab(event) {
    const handle = event.target.closest("[data-mark]");
    if (!handle || event.button) return;
    event.stopPropagation();
    event.preventDefault();
    const index = Number(handle.dataset.mark);
    const start = [event.clientX, event.clientY];
    let moved = false;
    handle.setPointerCapture(event.pointerId);
    const follow = (now) => {
      moved ||= Math.hypot(now.clientX - start[0], now.clientY - start[1]) > DRAG_PX;
      if (!moved) return;
      this.marks[index] = this.placeAt(now, true);
      this.put(handle, this.marks[index]);
    };
    const end = (now) => {
      handle.removeEventListener("pointermove", follow);
      if (now.type === "pointerup" && !moved) this.remove(index);
      else this.changed(phrase("Mark {number} moved.", { number: index + 1 }));
    };
    handle.addEventListener("pointermove", follow);
    handle.addEventListener("pointerup", end, { once: true });
    handle.addEventListener("pointercancel", end, { once: true });
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.key];
    if (move) this.steer(move, event.shiftKey ? LEAP : STEP);
    else if (event.key === "Enter") this.enter();
    else if (event.key === "Delete" || event.key === "Backspace") this.removeUnder();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  steer(move, step) {
    this.cursor = this.cursor.map((share, axis) => clamp(share + move[axis] * step));
    if (this.carried !== null) this.marks[this.carried] = this.cursor;
    if (this.lens.large) {
      this.lens.centre = [...this.cursor];
      this.lens.place();
    }
    const [x, y] = this.cursor.map(percent);
    if (this.carried === null) this.say(phrase("{x} from the left, {y} from the top", { x, y }));
    else this.changed(phrase("Mark {number}: {x} from the left, {y} from the top", { number: this.carried + 1, x, y }));
    this.drawMarks();
  }

  enter() {
    const under = this.under();
    if (this.carried !== null) this.putDown();
    else if (under < 0) this.add(this.cursor);
    else {
      this.carried = under;
      this.cursor = this.marks[under];
      this.changed(phrase("Mark {number} picked up: arrow keys move it, Enter puts it down.", { number: under + 1 }));
    }
  }

  putDown() {
    const carried = this.carried;
    this.carried = null;
    if (carried === null) this.drawMarks();
    else this.changed(phrase("Mark {number} moved.", { number: carried + 1 }));
  }

  add(place) {
    if (this.marks.length >= this.most) {
      this.say(phrase("That is the largest number of marks ({most}): remove one first.", { most: this.most }));
      return;
    }
    this.marks.push(place);
    this.changed();
  }

  remove(index) {
    this.marks.splice(index, 1);
    this.carried = null;
    this.changed(`${phrase("Mark {number} removed.", { number: index + 1 })} ${this.count()}`);
  }

  removeUnder() {
    const index = this.carried ?? this.under();
    if (index >= 0) this.remove(index);
    else this.say(phrase("There is no mark under the cross."));
  }

  chosen(button) {
    if (!button) return;
    if ("unmark" in button.dataset) {
      this.marks = [];
      this.changed();
    } else {
      this.remove(Number(button.dataset.index));
    }
    const left = this.tray.querySelector("[data-list] button");
    (left ?? this.shot.frame).focus();
  }

  // The mark under the cross, the nearest where rings overlap; -1 where there is none.
  under() {
    const [width, height] = this.lens.size;
    const short = Math.min(width, height);
    const away = this.marks.map(([x, y]) =>
      Math.hypot((x - this.cursor[0]) * width, (y - this.cursor[1]) * height) / short);
    const least = Math.min(...away);
    return least <= this.radius ? away.indexOf(least) : -1;
  }

  // Where a pointer is, as shares of the picture; null beside it, unless it is held to the picture.
  placeAt(event, held = false) {
    const box = this.shot.image.getBoundingClientRect();
    const place = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    const inside = place.every((share) => share >= 0 && share <= 1);
    return inside || held ? place.map(clamp) : null;
  }

  count() {
    const { length } = this.marks;
    const most = this.most;
    return length ? phrase("Marks: {length} of at most {most}", { length, most }) : phrase("No marks yet (at most {most})", { most });
  }

  changed(said = this.count()) {
    const rounded = this.marks.map((mark) => mark.map((share) => Number(share.toFixed(4))));
    this.form.elements.marks.value = JSON.stringify(rounded);
    this.draft.keep({ marks: rounded });
    this.drawMarks();
    this.drawTray();
    this.say(said || this.count());
  }

  say(text) {
    this.tray.querySelector("[data-count-said]").textContent = text;
  }

  drawTray() {
    const items = this.marks.map(([x, y], index) => {
      const item = document.createElement("li");
      const button = item.appendChild(document.createElement("button"));
      button.type = "button";
      button.className = "button mark-remove";
      button.dataset.index = index;
      const where = { number: index + 1, x: percent(x), y: percent(y) };
      button.setAttribute("aria-label", phrase("Remove mark {number}, {x} from the left, {y} from the top", where));
      button.textContent = `${index + 1} ×`;
      return item;
    });
    this.tray.querySelector("[data-list]").replaceChildren(...items);
    this.tray.querySelector("[data-unmark]").hidden = items.length < 2;
  }

  drawMarks() {
    const rings = this.marks.map((mark, index) => {
      const ring = document.createElement("span");
      ring.className = "mark";
      ring.dataset.mark = index;
      ring.dataset.number = index + 1;
      ring.toggleAttribute("data-carried", index === this.carried);
      this.put(ring, mark);
      return ring;
    });
    this.cross.hidden = !this.shot.frame.matches(":focus-visible");
    this.put(this.cross, this.cursor);
    this.layer.replaceChildren(...rings, this.cross);
  }

  put(element, [x, y]) {
    const [width, height] = this.lens.size.map((length) => length * this.lens.current);
    const [left, top] = this.lens.corner;
    const across = 2 * this.radius * Math.min(width, height);
    Object.assign(element.style, {
      left: `${left + x * width}px`,
      top: `${top + y * height}px`,
      width: `${across}px`,
      height: `${across}px`,
    });
  }

  // After every change of size and spot.
  showSize() {
    super.showSize();
    this.drawMarks();
  }
}

function clamp(share) {
  return Math.min(1, Math.max(0, share));
}

function percent(share) {
  return `${Math.round(100 * share)} %`;
}
