// Moves the rows of an ordered list by a handle: drag it, or press the arrow keys on it. Both do what the buttons «Up» and
// «Down» of the row do, by the same address, without leaving the page.
// <button type="button" hidden data-handle="{row}: place {place} of {all}" formaction="address">, in a form, is the handle of
// the <tr> or <li> around it; the sentence is read aloud after a move. admin/_ordered.html writes it.
const EDGE = 56; // pixels from the top and the bottom of the window, where it scrolls along
const rowOf = (handle) => handle.closest("tr, li");
const handlesIn = (place) => [...place.querySelectorAll("[data-handle]")];
const listsIn = (page) => [...new Set(handlesIn(page).map((handle) => rowOf(handle).parentElement))];
const told = Object.assign(document.createElement("p"), { className: "aloud", role: "status" });

async function send(handle, dir) {
  const address = handle.getAttribute("formaction"),
    list = rowOf(handle).parentElement;
  const body = new URLSearchParams({ csrf_token: handle.form.elements.csrf_token.value, dir });
  const answer = await fetch(address, { method: "POST", body }).catch(() => null);
  if (!answer?.ok) return sendByBrowser(handle, dir);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  list.replaceWith(listsIn(page)[listsIn(document).indexOf(list)]);
  handlesIn(document).forEach(wake);
  const moved = document.querySelector(`[data-handle][formaction="${CSS.escape(address)}"]`);
  const handles = handlesIn(rowOf(moved).parentElement);
  moved.focus();
  const words = {
    row: moved.querySelector(".aloud .aloud").textContent.trim(),
    place: handles.indexOf(moved) + 1,
    all: handles.length,
  };
  told.textContent = moved.dataset.handle.replace(/\{(\w+)\}/g, (_, name) => words[name]);
}

// the page that answers says why it stays where it was
function sendByBrowser(handle, dir) {
  Object.assign(handle, { type: "submit", name: "dir", value: dir });
  handle.form.requestSubmit(handle);
}

function drag(handle, { pointerId }) {
  const row = rowOf(handle),
    list = row.parentElement,
    rows = () => handlesIn(list).map(rowOf);
  const before = rows(),
    ending = new AbortController();
  const on = (name, then, at = list) => at.addEventListener(name, then, { signal: ending.signal });
  const end = (isKept) => {
    ending.abort();
    row.classList.remove("dragged");
    const place = rows().indexOf(row);
    if (!isKept) list.append(...before);
    else if (before.indexOf(row) !== place) send(handle, place + 1);
  };
  list.setPointerCapture(pointerId); // a row that is moved would lose it
  row.classList.add("dragged");
  on("pointermove", ({ clientY }) => {
    if (clientY < EDGE || clientY > innerHeight - EDGE) scrollBy(0, clientY < EDGE ? -EDGE / 4 : EDGE / 4);
    const middle = (one) => one.getBoundingClientRect().top + one.offsetHeight / 2;
    const others = rows().filter((one) => one !== row);
    const next = others.find((one) => clientY < middle(one));
    if (next && next.previousElementSibling !== row) next.before(row);
    else if (!next) list.append(row);
  });
  on("pointerup", () => end(true));
  on("pointercancel", () => end(false));
  on("keydown", ({ key }) => key === "Escape" && end(false), document);
}

function wake(handle) {
  if (!handle.hidden) return;
  handle.hidden = false;
  handle.addEventListener("pointerdown", (event) => event.button === 0 && drag(handle, event));
  handle.addEventListener("keydown", (event) => {
    const dir = { ArrowUp: "up", ArrowDown: "down" }[event.key];
    if (!dir) return;
    event.preventDefault();
    send(handle, dir);
  });
}

handlesIn(document).forEach(wake);
document.body.append(told);
