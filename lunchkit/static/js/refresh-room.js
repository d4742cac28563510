// Fetches the organiser's page about the room again, and puts it in place of what shows: place and focus stay.
const room = document.querySelector("[data-stream]");
let due,
  asked = -Infinity,
  turn = 0;

// Not before `pause` milliseconds after the last time.
export function refreshAfter(pause) {
  due ??= setTimeout(refresh, Math.max(0, asked + pause - performance.now()));
}

export async function refresh() {
  const mine = ++turn;
  asked = performance.now();
  clearTimeout(due);
  due = undefined;
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (answer.redirected) return location.reload(); // signed out meanwhile
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.ok && mine === turn) show(page.querySelector("[data-stream]"));
  } catch {
    // no network: live.js says so, and the next message comes here again
  }
}

const groups = () => [...room.querySelectorAll(".keys, .next")];
const controls = (part) => [...(part?.querySelectorAll("a, button, summary") ?? [])];

function show(fresh) {
  history.replaceState(null, "", location.pathname); // what the address said was done is no news any more
  if (!fresh || words(fresh) === words(room)) return;
  const held = room.contains(document.activeElement) ? document.activeElement : undefined;
  const like = held?.outerHTML,
    group = groups().indexOf(held?.closest(".keys, .next"));
  const place = room.firstElementChild.scrollTop,
    isOpen = room.querySelector("details")?.open;
  room.replaceChildren(...fresh.childNodes);
  room.firstElementChild.scrollTop = place;
  if (isOpen && room.querySelector("details")) room.querySelector("details").open = true;
  const next = controls(room).find((one) => one.outerHTML === like) ?? controls(groups()[group])[0] ?? room;
  if (held) next.focus({ preventScroll: true });
}

function words(part) {
  return part.textContent.replace(/\s+/g, " ");
}
