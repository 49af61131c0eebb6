// What lasts as long as one trial is on the page: its listeners and watchers, and its clock.

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
