// Puts choices in order by two buttons a row; without this file each row has a list of places.
// <ol data-ranking data-up data-down data-moved="[choice]: place [place]."> of rows with a label and a list of places
const page = document.querySelector("[data-stream]");

function arrow(row, word, step) {
  const label = `${word} ${row.querySelector("label").textContent}`;
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: step < 0 ? "↑" : "↓" });
  button.setAttribute("aria-label", label);
  button.dataset.step = step;
  button.addEventListener("click", () => move(row, step, button));
  return button;
}

function rank(list) {
  for (const [index, row] of [...list.children].entries()) row.querySelector("select").value = index + 1;
}

function move(row, step, button) {
  const list = row.parentElement;
  const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (step < 0) other.before(row);
  else other.after(row);
  rank(list);
  button.focus();
  list.dispatchEvent(new Event("input", { bubbles: true }));
  const words = { choice: row.querySelector("label").textContent, place: [...list.children].indexOf(row) + 1 };
  const region = document.querySelector("[data-announce]");
  region.textContent = list.dataset.moved.replace(/\[(choice|place)\]/g, (_, name) => words[name]);
}

function order(list) {
  const given = (row) => Number(row.querySelector("select").value) || Infinity;
  const rows = [...list.children].sort((one, other) => given(one) - given(other) || 0);
  list.append(...rows);
  for (const row of rows) {
    if (row.querySelector("button")) continue;
    row.querySelector("select").hidden = true;
    row.append(arrow(row, list.dataset.up, -1), arrow(row, list.dataset.down, 1));
  }
  rank(list);
}

function orderAll() {
  for (const list of page.querySelectorAll("[data-ranking]")) order(list);
}

for (const change of ["filled", "swapped"]) page?.addEventListener(`lunchkit:${change}`, orderAll);
if (page) orderAll();
