// Says of which section keep-text.js keeps a text on this device, and leads there: the page takes the text in.
// <… data-left="/where/the/sections/are/" hidden><a></a></…> on a page with links to them, which have data-at="number"
const place = document.querySelector("[data-left]"),
  STORE = `lunchkit-text ${place.dataset.left}`;
const paths = Object.keys(localStorage)
  .filter((key) => key.startsWith(STORE))
  .map((key) => key.split(" ")[1]);
const link = paths
  .map((path) => document.querySelector(`[data-at="${path.split("/").pop()}"]:not([aria-current])`))
  .find(Boolean);
if (link) {
  Object.assign(place.querySelector("a"), { href: link.href, textContent: link.textContent });
  place.hidden = false;
}
