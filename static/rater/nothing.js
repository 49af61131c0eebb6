// The stage of a page without pictures: what the others have, with nothing in it.

export class Nothing {
  shots = [];
  loaded = true;
  modal = false;
  done = {};
  overlooked = "";
  mode = "none";

  constructor(element) {
    this.element = element;
  }

  open() {
    this.element.dataset.ready = "true";
  }

  trouble() {}

  resume() {}

  unfinished() {
    return "";
  }

  key() {
    return false;
  }

  visibilityChanged() {}

  report() {
    return { pictures: [], flips: 0, zooms: 0, largest_zoom: 0, actual_size: false };
  }
}
