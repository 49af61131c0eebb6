// Sends the answer until the server has confirmed it. Sending it twice is harmless there.

import { phrase } from "./words.js";

const WAITS = [1000, 2000, 4000, 8000, 15000];
const PATIENCE = 20000;

// Resolves with {next, kept} where the server says how it goes on, {missing} when the server wants more answers, or {} when the
// page has to be asked for anew. `beforeEach` brings the form up to date; `tell` speaks to the rater.
export async function save(form, address, beforeEach, tell) {
  const leaving = (event) => event.preventDefault();
  addEventListener("beforeunload", leaving);
  try {
    for (let attempt = 0; ; attempt += 1) {
      beforeEach(attempt + 1);
      const outcome = await send(form, address);
      if (outcome) return outcome;
      tell(navigator.onLine
        ? phrase("Not saved yet, trying again. Your answer is kept on this device.")
        : phrase("You seem to be offline. Your answer is kept on this device, and sent when you are back."));
      await pause(WAITS[Math.min(attempt, WAITS.length - 1)]);
    }
  } finally {
    removeEventListener("beforeunload", leaving);
  }
}

// The server's word, or null when there was none.
async function send(form, address) {
  try {
    const response = await fetch(address, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
      credentials: "same-origin",
      signal: AbortSignal.timeout?.(PATIENCE),
    });
    const told = response.headers.get("Content-Type")?.startsWith("application/json");
    if (told && (response.ok || response.status === 422)) return await response.json();
    // Pages are for reading: that everything was erased, that the form went stale.
    return response.status < 500 && response.status !== 429 ? {} : null;
  } catch {
    return null;
  }
}

// A while, or until the connection is back.
function pause(milliseconds) {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      removeEventListener("online", wake);
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    addEventListener("online", wake);
  });
}
