// Pictures are loaded and decoded before they are shown, and fetched again when they fail.

const WAITS = [500, 1500, 4000];

// Decodes every picture of the stage; returns how many downloads had to be repeated.
export async function loadAll(stage) {
  stage.trouble(false);
  const failures = await Promise.all(stage.shots.map((shot) => load(shot)));
  stage.trouble(!stage.loaded);
  return failures.reduce((sum, count) => sum + count, 0);
}

async function load(shot) {
  for (let failures = 0; ; failures += 1) {
    try {
      await shot.image.decode();
      shot.decodedAt ??= performance.now();
      return failures;
    } catch {
      if (failures >= WAITS.length) return failures;
      await new Promise((resolve) => setTimeout(resolve, WAITS[failures]));
      shot.image.src = shot.image.src; // asks for it again
    }
  }
}

// The next trial's pictures, after this trial's own: they come from the browser's cache then.
export async function loadAhead(addresses) {
  for (const address of addresses) {
    const image = new Image();
    image.src = address;
    await image.decode().catch(() => {});
  }
}
