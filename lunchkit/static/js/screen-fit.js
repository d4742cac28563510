// The projector: texts that fit. The server calculates with the widths of Helvetica; another font may need a smaller size.
const root = document.querySelector("[data-stream]");
const SIZES = [190, 150, 124, 100, 84, 68, 60, 46, 40, 34].map((size) => `s${size}`);
// Letters reach out of their lines a little: that much, a share of their size, is no reason to be smaller.
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

root.addEventListener("lunchkit:swapped", fit);
addEventListener("resize", fit);
fit();
