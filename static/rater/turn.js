// What lasts as long as one trial is on the page: its listeners and watchers, and its clock.

const SEEN_AFTER = 400; // milliseconds; double clicks take up to 500, and saving takes some of them

let here = new AbortController();
let began = 0; // the first trial began with the page itself

// For addEventListener on whatever outlives a trial: the window, the document, a media query.
export function during() {
  return { signal: here.signal };
}

// Milliseconds since this trial's page was asked for, or put in the place of the one before.
export function clock() {
  return performance.now() - began;
}

// Whether nobody can have seen yet that this trial took the place of another.
export function justTurned() {
  return began > 0 && clock() < SEEN_AFTER;
}

// An observer that stops with the trial.
export function watcher(observer) {
  here.signal.addEventListener("abort", () => observer.disconnect());
  return observer;
}

// The trial is over, another begins.
export function turn() {
  here.abort();
  here = new AbortController();
  began = performance.now();
}
