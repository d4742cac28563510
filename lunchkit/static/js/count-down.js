// Counts down what is left of a row of the run of show, and up once it is over time.
// <p data-ends="125" data-left="left" data-over="over time"><b>2:05</b> <small>left</small></p>: seconds from the page's load.
for (const row of document.querySelectorAll("[data-ends]")) {
  const [time, word] = [row.querySelector("b"), row.querySelector("small")];
  const end = performance.now() + Number(row.dataset.ends) * 1_000;
  const show = () => {
    const seconds = Math.floor((end - performance.now()) / 1_000);
    const whole = Math.abs(seconds);
    time.textContent = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
    word.textContent = seconds < 0 ? row.dataset.over : row.dataset.left;
  };
  setInterval(show, 1_000);
}
