// Keeps the organiser's page about the room up to date: the count at once, all of it when anybody changed something.
// <div data-stream="…" data-key> of live.js, with the projector's stream; [data-ballots] is the count.
const room = document.querySelector("[data-stream]");
const PAUSE = 1_500;
let due, asked = -PAUSE, isSent = false;

// a second tap on the way to the next page would do the step after the next
room.addEventListener("submit", (event) => (isSent ? event.preventDefault() : (isSent = true)));
addEventListener("pageshow", () => (isSent = false));

room.addEventListener("lunchkit:message", ({ detail }) => {
  for (const place of room.querySelectorAll("[data-ballots]")) place.textContent = detail.ballots;
  const known = room.dataset.key;
  room.dataset.key = detail.key; // so that live.js does not put the projector's picture here
  if (!known || detail.key === known) return;
  due ??= setTimeout(refresh, Math.max(0, asked + PAUSE - performance.now()));
});

async function refresh() {
  asked = performance.now();
  due = undefined;
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (answer.redirected) return location.reload(); // signed out meanwhile
    if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-stream]"));
  } catch {
    // no network: live.js says so, and the next message comes here again
  }
}

function show(fresh) {
  if (!fresh || words(fresh) === words(room)) return;
  const held = room.contains(document.activeElement) ? document.activeElement.outerHTML : undefined;
  const place = room.firstElementChild.scrollTop;
  room.replaceChildren(...fresh.childNodes);
  room.firstElementChild.scrollTop = place;
  if (held) [...room.querySelectorAll("a, button")].find((one) => one.outerHTML === held)?.focus({ preventScroll: true });
}

function words(part) {
  return part.textContent.replace(/\s+/g, " ");
}
