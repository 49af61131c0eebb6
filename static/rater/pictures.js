// Pictures are loaded and decoded before they are shown, and fetched again when they fail.

import { clock } from "./turn.js";

const WAITS = [500, 1500, 4000];
const PATIENCE = 30000; // a picture may take longer, but nobody has to wait for it without a choice

let rounds = 0;

// Decodes every picture of the stage; returns how many downloads had to be repeated. A later call
// ("Try again") takes over from one that still waits.
export async function loadAll(stage) {
  rounds += 1;
  const mine = rounds;
  const current = () => mine === rounds;
  stage.trouble(false);
  const slow = setTimeout(() => current() && stage.trouble(true), PATIENCE);
  const failures = await Promise.all(stage.shots.map((shot) => load(shot, current)));
  clearTimeout(slow);
  if (current()) stage.trouble(!stage.loaded);
  return failures.reduce((sum, count) => sum + count, 0);
}

async function load(shot, current) {
  if (shot.asked && shot.decodedAt === null) ask(shot); // whatever hangs is given up
  shot.asked = true;
  for (let failures = 0; ; failures += 1) {
    try {
      await shot.image.decode();
      if (!isWhole(shot.image)) throw new Error("not whole");
      shot.decodedAt ??= clock();
      return failures;
    } catch {
      if (failures >= WAITS.length) return failures;
      await new Promise((resolve) => setTimeout(resolve, WAITS[failures]));
      if (!current()) return failures;
      ask(shot);
    }
  }
}

// Under another address, so that no cache answers with what was wrong before.
function ask(shot) {
  shot.tries = (shot.tries ?? 0) + 1;
  shot.image.src = `${shot.image.src.split("?")[0]}?${shot.tries}`;
}

// Browsers decode another picture too, and one that was cut off: its last row is empty then.
function isWhole(image) {
  const said = ["width", "height"].map((name) => Number(image.getAttribute(name)));
  const [width, height] = [image.naturalWidth, image.naturalHeight];
  if (said[0] !== width || said[1] !== height) return false;
  const canvas = Object.assign(document.createElement("canvas"), { width, height: 1 });
  const row = canvas.getContext("2d");
  row.drawImage(image, 0, 1 - height);
  return row.getImageData(0, 0, width, 1).data.some((value, index) => index % 4 === 3 && value > 0);
}

// The next trial's pictures, after this trial's own: they come from the browser's cache then.
export async function loadAhead(addresses) {
  for (const address of addresses) {
    const image = new Image();
    image.src = address;
    await image.decode().catch(() => {});
  }
}
