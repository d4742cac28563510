// The projector: how many have voted, in figures and as one disc a person. data-discs pictures are those of presenter/_screen.html.
const root = document.querySelector("[data-stream]");
const plural = new Intl.PluralRules(document.documentElement.lang);

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

root.addEventListener("lunchkit:message", ({ detail }) => count(detail.ballots ?? 0));
