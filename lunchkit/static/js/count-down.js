// Counts down what is left of a row of the schedule, and up once it is over time.
// <p data-ends="125" data-left="left" data-over="over time"><b>2:05</b> <small>left</small></p>: seconds from when it shows.
const ends = new WeakMap();

function show(row) {
  if (!ends.has(row)) ends.set(row, performance.now() + Number(row.dataset.ends) * 1_000);
  const seconds = Math.floor((ends.get(row) - performance.now()) / 1_000);
  const whole = Math.abs(seconds);
  row.querySelector("b").textContent = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  row.querySelector("small").textContent = seconds < 0 ? row.dataset.over : row.dataset.left;
}

setInterval(() => document.querySelectorAll("[data-ends]").forEach(show), 1_000);
