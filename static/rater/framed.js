// The first page inside a frame, in a browser that did not tell the server so (no Sec-Fetch-Dest):
// taking part would need a third party's cookies, so only the way to a window of its own is left.

if (window.self !== window.top) {
  document.querySelector("[data-framed]").hidden = false;
  document.querySelector("[data-unframed]").remove();
}
