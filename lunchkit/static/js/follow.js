// Looks whether the page would say something else by now, because another person changed something.
// <div data-follow="3-120-8">: whatever differs once the page has changed; then the page is opened again.
// <p data-follow="3" hidden>: shows once the number has grown; the page stays, so that no row moves under a finger.
const EVERY = 10_000;
const here = document.querySelector("[data-follow]"),
  stays = here?.hidden;

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const there = page.querySelector("[data-follow]")?.dataset.follow,
      known = here.dataset.follow;
    if (stays) here.hidden &&= !(Number(there) > Number(known));
    else if (there && there !== known) location.reload();
  } catch {
    // no network: the next look may find it again
  }
}
if (here) {
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
}
