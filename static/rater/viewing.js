// How the pictures were looked at. A report about the trial, never a part of the answer.

import { clock, during } from "./turn.js";

const DAY_MS = 24 * 60 * 60 * 1000;

export class Viewing {
  constructor(form, stage, draft) {
    this.form = form;
    this.stage = stage;
    this.draft = draft;
    this.loadFailures = 0;
    this.keys = 0;
    this.hiddenSince = document.hidden ? 0 : null;
    this.hidden = 0;
    this.startedAt = null;
    this.smallest = [innerWidth, innerHeight];
    this.told = null;
    this.hands = form.dataset.watch === undefined ? null : watchHands();
    this.resume();
    addEventListener("pagehide", () => this.note(), during());
    document.addEventListener("visibilitychange", () => this.turned(), during());
    addEventListener("resize", () => this.resized(), during());
  }

  // The clock starts when the pictures are on screen, not when the page was asked for.
  begin() {
    this.startedAt = this.draft.startedAt();
  }

  // After a reload, also where a phone threw the page away in the background: no time is lost to either,
  // and nothing that was counted.
  resume() {
    if (!this.draft.content.looked) return;
    const { hidden, hiddenAt, shown, keys, loadFailures, smallest, hands, done } = this.draft.content.looked;
    this.hidden = hidden + (hiddenAt === null ? 0 : Math.max(0, Date.now() - hiddenAt));
    if (this.hiddenSince !== null) this.hiddenSince = clock(); // until now it is counted
    this.stage.shots.forEach((shot, index) => {
      shot.shown = shown[index];
    });
    Object.assign(this, { keys, loadFailures });
    this.narrowed(smallest);
    if (this.hands) Object.assign(this.hands, hands);
    this.stage.resume(done);
    this.note();
  }

  note() {
    const shown = this.stage.shots.map((shot) => shot.shown);
    const { hidden, keys, loadFailures, smallest, hands } = this;
    const hiddenAt = this.hiddenSince === null ? null : Date.now() - (clock() - this.hiddenSince);
    const counts = { keys, loadFailures, smallest, hands, done: this.stage.done };
    this.draft.keep({ looked: { hidden, hiddenAt, shown, ...counts } });
  }

  // A keyboard on the screen makes the window smaller for a while; nobody looks at pictures then.
  resized() {
    if (document.activeElement?.matches("textarea, input:is([type=text], :not([type]))")) return;
    this.narrowed([innerWidth, innerHeight]);
  }

  narrowed(window) {
    this.smallest = this.smallest.map((length, axis) => Math.min(length, window[axis]));
  }

  turned() {
    if (document.hidden === (this.hiddenSince !== null)) return; // leaving a hidden page says so once more
    if (document.hidden) {
      this.hiddenSince = clock();
    } else {
      this.hidden += clock() - this.hiddenSince;
      this.hiddenSince = null;
    }
    this.stage.visibilityChanged();
    this.note();
  }

  // Sent again, it still tells of the moment at which somebody pressed Next.
  fill(form, attempts = 0) {
    if (attempts < 2) {
      const elapsed = this.startedAt === null ? "" : Math.max(0, Date.now() - this.startedAt);
      this.told = { elapsed, report: this.report() };
    }
    if (form.elements.rt_ms) form.elements.rt_ms.value = this.told.elapsed;
    form.elements.viewing.value = JSON.stringify({ ...this.told.report, save_attempts: attempts });
  }

  report() {
    const row = matchMedia("(min-width: 50rem)").matches;
    return {
      mode: this.stage.mode,
      scale: row ? "row" : "column",
      direction: document.documentElement.dir === "rtl" ? "rtl" : "ltr",
      viewport: [innerWidth, innerHeight],
      smallest_viewport: this.smallest,
      pixel_ratio: devicePixelRatio,
      page_scale: visualViewport?.scale ?? 1,
      gamut: ["rec2020", "p3", "srgb"].find((name) => matchMedia(`(color-gamut: ${name})`).matches) ?? "",
      ...this.stage.report(),
      hidden_ms: Math.min(DAY_MS, Math.round(this.hidden)), // a report of more would not be taken
      load_failures: this.loadFailures,
      keys: this.keys,
      ...this.hands,
    };
  }
}

// Counts of what hands do: how often, never what or where. Only where a check of the study asks.
function watchHands() {
  const hands = { webdriver: navigator.webdriver === true, pointers: 0, touches: 0, keystrokes: 0, pasted: 0 };
  const counting = { pointermove: "pointers", pointerdown: "pointers", touchstart: "touches", keydown: "keystrokes" };
  for (const [event, name] of Object.entries(counting)) {
    addEventListener(event, (happened) => {
      if (happened.isTrusted) hands[name] = Math.min(10000, hands[name] + 1);
    }, { passive: true, capture: true, ...during() });
  }
  addEventListener("paste", (event) => {
    hands.pasted = Math.min(100000, hands.pasted + (event.clipboardData?.getData("text").length ?? 0));
  }, { capture: true, ...during() });
  return hands;
}
