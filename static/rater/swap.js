// Puts the next trial in the place of this one: no white page between, and one way to the server less.

// What a page is run by; another release of it asks for a page of its own.
const PARTS = "script[type=importmap], script[src], link[rel=stylesheet]";
const AS_WRITTEN = 1.01; // of the pinch zoom: not pinched, up to rounding

// Whether it could be done; the address is to be opened where not.
export function swap(address, page) {
  if ((visualViewport?.scale ?? 1) > AS_WRITTEN) return false; // pages of their own begin at their own size
  const found = new DOMParser().parseFromString(page, "text/html");
  const { lang } = document.documentElement;
  if (!found.getElementById("trial") || found.documentElement.lang !== lang || parts(found) !== parts(document)) return false;
  for (const plain of found.querySelectorAll("noscript")) plain.remove();
  history.pushState(null, "", address);
  document.title = found.title;
  document.body.replaceWith(document.importNode(found.body, true));
  scrollTo(0, 0);
  // Where a new page begins: reading aloud and the Tab key start there too.
  const heading = document.querySelector("h1");
  heading.setAttribute("aria-describedby", named(document.querySelectorAll("main > .note")));
  heading.focus({ preventScroll: true });
  return true;
}

// What is on a page from its beginning is no news to those who listen: notes are read with the heading.
function named(notes) {
  notes.forEach((note, index) => {
    note.id = `note-${index}`;
  });
  return [...notes].map((note) => note.id).join(" ");
}

function parts(page) {
  return [...page.head.querySelectorAll(PARTS)].map((part) => (part.getAttribute("src") ?? part.getAttribute("href")) + part.textContent).join("\n");
}
