// Puts a message of the server on the page: its content is swapped when the key changes.
// Inside, what carries data-keep stays as it is if the new content has the same; data-fill names the <template> that
// comes in its place. A heading, or data-say, is read aloud by [data-announce], not more than every ten seconds.
// Events on the root: lunchkit:message (detail: the message) and lunchkit:swapped.
const root = document.querySelector("[data-stream]");
const QUIET = 10_000;
let spoken = -QUIET,
  speaking;

export function take(message) {
  root.dataset.revision = message.rev;
  root.dispatchEvent(new CustomEvent("lunchkit:message", { detail: message, bubbles: true }));
  if (message.key !== root.dataset.key && message.html !== undefined) swap(message);
}

function swap({ key, html }) {
  const next = document.createRange().createContextualFragment(html);
  const focused = root.contains(document.activeElement) ? document.activeElement : null;
  for (const kept of root.querySelectorAll("[data-keep]"))
    next.querySelector(`[data-keep="${CSS.escape(kept.dataset.keep)}"]`)?.replaceWith(kept);
  for (const place of next.querySelectorAll("[data-fill]"))
    place.replaceWith(document.getElementById(place.dataset.fill).content.cloneNode(true));
  root.replaceChildren(next);
  root.dataset.key = key;
  if (focused) (focused.isConnected ? focused : root).focus({ preventScroll: focused.isConnected });
  root.dispatchEvent(new CustomEvent("lunchkit:swapped", { bubbles: true }));
  clearTimeout(speaking);
  speaking = setTimeout(speak, Math.max(0, spoken + QUIET - performance.now()));
}

function speak() {
  const heading = root.querySelector("[data-say], h1, h2");
  const region = document.querySelector("[data-announce]");
  if (!heading || !region) return;
  region.textContent = heading.dataset.say ?? heading.textContent;
  spoken = performance.now();
}
