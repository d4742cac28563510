// The projector: how many have voted, one disc a person, the timer, the moment of a reveal, and texts that fit.
// js/live.js swaps the slides of <main data-stream data-now="…">: the server's clock in milliseconds; see presenter/screen.html.
const root = document.querySelector("[data-stream]");
const ahead = Number(root.dataset.now) - Date.now(); // the laptop's clock may be wrong
const plural = new Intl.PluralRules(document.documentElement.lang);
const SIZES = [190, 150, 124, 100, 84, 68, 60, 46, 40, 34].map((size) => `s${size}`);
const KEPT = 30; // seconds, as in presenter/_screen.html
const standing = () => JSON.stringify(root.querySelector(".slide")?.dataset ?? {});
let before = standing();

// One row of dashes without length, round at their ends; as the macro `discs` of the templates.
function discs(count, columns) {
  let path = "";
  for (let first = 0, y = 5; first < count; first += columns, y += 10)
    path += `M5 ${y}h${(Math.min(columns, count - first) - 1) * 10}.01`;
  return path;
}

function draw(picture, ballots) {
  const { seated, unit, aspect } = picture.dataset;
  const all = Math.ceil(Math.max(ballots, seated) / unit);
  const rows = Math.max(1, Math.floor(Math.sqrt(all / aspect) + 0.2));
  const columns = Math.max(1, Math.ceil(all / rows));
  picture.setAttribute("viewBox", `0 0 ${columns * 10} ${rows * 10}`);
  const counts = [all, all, Math.floor(ballots / unit)];
  for (const [at, count] of counts.entries()) picture.children[at].setAttribute("d", discs(count, columns));
}

function count(ballots) {
  for (const place of root.querySelectorAll("[data-ballots]")) {
    const words = place.nextElementSibling;
    place.textContent = ballots;
    words.textContent = words.dataset[plural.select(ballots)] ?? words.dataset.other;
  }
  for (const picture of root.querySelectorAll("[data-discs]")) draw(picture, ballots);
}

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

// The server reckons with the letters of Helvetica; where another face stands in, a size smaller may be needed.
// Letters stand out of their lines a little: that much, a share of their size, is no reason to be smaller.
const runsOver = (part, spare) =>
  part.scrollHeight > part.clientHeight + spare || part.scrollWidth > part.clientWidth + spare;
const isTight = (text) => {
  const spare = Math.max(2, 0.03 * parseFloat(getComputedStyle(text).fontSize));
  return [text, ...text.querySelectorAll("li, li span")].some((part) => runsOver(part, spare));
};
const join = document.querySelector(".join");
const address = join.querySelector(".address"),
  code = join.querySelector(".code");
const isBroad = (text) => text.scrollWidth > text.clientWidth;
const isHigh = () => join.scrollHeight > join.clientHeight + 0.1 * parseFloat(getComputedStyle(address).fontSize);

// The code in one line, the address without a part that is cut, both in their place: as large as that allows.
function squeeze(text, isTooMuch) {
  text.style = "";
  for (let share = 0.97; share > 0.45 && isTooMuch(text); share -= 0.03) text.style.setProperty("--f", share);
}
function fitJoin() {
  squeeze(code, isBroad);
  squeeze(address, (text) => isBroad(text) || isHigh());
  if (isBroad(address)) address.style.overflowWrap = "anywhere"; // a name of 60 letters without a dot
}
function fit() {
  fitJoin();
  for (const label of root.querySelectorAll(".label"))
    if (runsOver(label.querySelector("span"), 2)) label.classList.add("long");
  for (const text of root.querySelectorAll("[data-fit]")) {
    let at = SIZES.findIndex((size) => text.classList.contains(size));
    for (; at < SIZES.length - 1 && isTight(text); at++) text.classList.replace(SIZES[at], SIZES[at + 1]);
  }
}

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

root.addEventListener("lunchkit:message", ({ detail }) => count(detail.ballots ?? 0));
root.addEventListener("lunchkit:swapped", () => {
  const now = standing();
  const isNew = now !== before && now.includes('"revealed"');
  root.querySelector(".slide")?.classList.toggle("moment", isNew);
  before = now;
  tick();
  fit();
});
addEventListener("resize", fit);
setInterval(tick, 250);
tick();
fit();
