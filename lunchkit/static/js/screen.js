// The projector: the moment of a reveal, and what is loaded later. js/live.js swaps the slides; see presenter/screen.html.
import "./screen-count.js";
import "./screen-timer.js";
import "./screen-fit.js";

const root = document.querySelector("[data-stream]");
const status = () => JSON.stringify(root.querySelector(".slide")?.dataset ?? {});
let before = status();

// What is not needed at first sight comes later: the keys when somebody reaches for them, or with the rest.
const waiting = new AbortController();
async function later(event) {
  waiting.abort();
  import("./keep-awake.js");
  if (!document.querySelector(".bar")) return;
  const { press, show } = await import("./presenter-keys.js");
  if (event?.type === "keydown") press(event);
  else if (event) show();
}
for (const type of ["keydown", "pointermove", "focusin"]) addEventListener(type, later, { signal: waiting.signal });
setTimeout(() => waiting.signal.aborted || later(), 4000);

root.addEventListener("lunchkit:swapped", () => {
  const now = status();
  const isNew = now !== before && now.includes('"revealed"');
  root.querySelector(".slide")?.classList.toggle("moment", isNew);
  before = now;
});
