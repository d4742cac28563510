// The projector: timers. data-now of the root is the server's clock in milliseconds.
const root = document.querySelector("[data-stream]");
const ahead = Number(root.dataset.now) - Date.now(); // the laptop's clock may be wrong
const KEPT = 30; // seconds, as in presenter/_screen.html

// A clock that ran out tells so for a while, and then leaves its place to the others.
function takeAway(clock) {
  const row = clock.closest("[data-timed]");
  if (row) row.closest(".slide").classList.remove("timed");
  (row ?? clock).remove();
}

function tick() {
  for (const clock of root.querySelectorAll("[data-ends-at]")) {
    const rest = Math.ceil((clock.dataset.endsAt - Date.now() - ahead) / 1000);
    if (rest <= -KEPT) {
      takeAway(clock);
      continue;
    }
    const left = Math.max(0, rest);
    const digits = [Math.floor(left / 60), left % 60].map((part) => String(part).padStart(2, "0")).join(":");
    const text = left ? digits : clock.dataset.over;
    if (clock.textContent !== text) clock.textContent = text;
    clock.classList.toggle("over", left === 0);
  }
}

root.addEventListener("lunchkit:swapped", tick);
setInterval(tick, 250);
tick();
