// Helps to fill in a ballot: no more boxes than allowed, the characters left, and an order by two buttons a row.
// <p data-left="words before the number"> under a textarea
// <form data-most="3" data-full="what to say at the limit">
// <ol data-ranking data-up data-down data-moved="[choice]: place [place]."> of rows with a label and a list of places
const ballots = document.querySelector("[data-stream]");

function limit(form) {
  const boxes = [...form.querySelectorAll("[type=checkbox]")];
  const full = boxes.filter((box) => box.checked).length >= Number(form.dataset.most);
  for (const box of boxes) box.disabled = full && !box.checked;
  return full;
}

// Why no further box can be ticked; what is said of an answer on its way stays.
function tell(form, isFull) {
  const { sent } = form.closest("[data-ballot]").dataset;
  if (!form.dataset.full || !["changed", undefined].includes(sent)) return;
  const parts = [isFull && form.dataset.full, sent && ballots.dataset.changed];
  form.querySelector("[role=status]").textContent = parts.filter(Boolean).join(" ");
}

function count(text) {
  const line = text.closest(".ballot")?.querySelector("[data-left]");
  if (line) line.textContent = `${line.dataset.left} ${text.maxLength - text.value.length}`;
}

function arrow(row, word, step) {
  const label = `${word} ${row.querySelector("label").textContent}`;
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: step < 0 ? "↑" : "↓" });
  button.setAttribute("aria-label", label);
  button.dataset.step = step;
  button.addEventListener("click", () => move(row, step, button));
  return button;
}

function rank(list) {
  [...list.children].forEach((row, place) => {
    row.querySelector("select").value = place + 1;
  });
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
  const place = [...list.children].indexOf(row) + 1;
  const region = document.querySelector("[data-announce]");
  const words = { choice: row.querySelector("label").textContent, place };
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

function help() {
  for (const form of ballots.querySelectorAll("form[data-most]")) limit(form);
  for (const text of ballots.querySelectorAll(".ballot textarea")) count(text);
  for (const list of ballots.querySelectorAll("[data-ranking]")) order(list);
}

ballots?.addEventListener("input", ({ target }) => {
  if (target.matches(".ballot textarea")) count(target);
});
document.addEventListener("input", ({ target }) => {
  const form = target.closest("form[data-most]"); // after ballot.js has noted that the answer is another one
  if (form) tell(form, limit(form));
});
ballots?.addEventListener("lunchkit:filled", help);
ballots?.addEventListener("lunchkit:swapped", help);
if (ballots) help();
