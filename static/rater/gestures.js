// Fingers and pointers on a picture: pinch to enlarge, drag to move, tap, double click.

const TAP_MS = 350;
const TAP_PX = 8;

export function listen(frame, lens, tapped) {
  const fingers = new Map();
  let start = null;
  let moved = false;

  const at = (event) => {
    const box = frame.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const spread = () => {
    const [[ax, ay], [bx, by]] = [...fingers.values()];
    return { distance: Math.hypot(ax - bx, ay - by), middle: [(ax + bx) / 2, (ay + by) / 2] };
  };

  frame.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    frame.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, at(event));
    moved = fingers.size > 1;
    start = { time: performance.now(), point: at(event) };
  });
  frame.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    const before = fingers.size === 2 ? spread() : null;
    const [x, y] = fingers.get(event.pointerId);
    fingers.set(event.pointerId, at(event));
    const [newX, newY] = at(event);
    if (before) {
      const after = spread();
      if (before.distance) lens.to((lens.current * after.distance) / before.distance, after.middle);
      lens.drag(after.middle[0] - before.middle[0], after.middle[1] - before.middle[1]);
    } else if (lens.large) {
      lens.drag(newX - x, newY - y);
    }
    if (Math.hypot(newX - start.point[0], newY - start.point[1]) > TAP_PX) moved = true;
  });
  const lift = (event) => {
    const single = fingers.size === 1;
    fingers.delete(event.pointerId);
    const quick = start && performance.now() - start.time < TAP_MS;
    if (event.type === "pointerup" && single && quick && !moved) tapped(event);
  };
  frame.addEventListener("pointerup", lift);
  frame.addEventListener("pointercancel", lift);
  frame.addEventListener("dblclick", (event) => {
    if (matchMedia("(max-width: 49.99rem)").matches) return; // there, taps flip
    if ("marked" in frame.dataset) return; // there, taps mark
    if (frame.closest("[data-in-place]")) return; // there, taps turn
    if (lens.large) lens.fit();
    else lens.to(Math.max(lens.actualScale, lens.whole * 2), at(event));
  });
  // A pinch on a touchpad arrives as a wheel with Ctrl; plain scrolling stays the page's.
  frame.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    lens.to(lens.current * Math.exp(-event.deltaY / 200), at(event));
  }, { passive: false });
}
