// Tells an organiser that questions have come since the page was loaded. The page stays: no row moves under a finger.
// <p hidden role="status" data-waiting="3">: so many there were then; its link loads the page again.
const line = document.querySelector("[data-waiting]");
const EVERY = 5_000;

async function look() {
  try {
    const answer =
      document.hidden || (await fetch(location, { headers: { Accept: "application/json" }, cache: "no-store" }));
    if (answer.ok && (await answer.json()).waiting > Number(line.dataset.waiting)) line.hidden = false;
  } catch {
    // no network, or signed out meanwhile: the next tap will tell
  }
  if (line.hidden) setTimeout(look, EVERY);
}
if (line) setTimeout(look, EVERY);
