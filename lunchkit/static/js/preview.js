// Shows beside a form what it makes: once somebody is in it, and after each pause in the typing, its data are posted, and
// the page that answers comes into a frame without scripts, forms and links. A form with an error keeps the last picture,
// and says so.
// <aside data-preview> holds a button for each page (formaction, and formtarget="_blank": where the frame is not shown,
// the button opens the page), a <p role="status" hidden> and an <iframe sandbox="allow-same-origin">.
const PAUSE = 400;
const wide = matchMedia("(min-width: 1100px)"); // as in preview.css
const CONTROLS = "button, input, select, textarea, summary, [tabindex]";

for (const place of document.querySelectorAll("[data-preview]")) {
  const [frame, note] = [place.querySelector("iframe"), place.querySelector("p")];
  const buttons = [...place.querySelectorAll("button")];
  const { form } = buttons[0];
  let chosen = buttons[0],
    waits,
    asks;

  // only words: a picture that is typed in beside them is not sent again at every letter
  const typed = () => new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));

  async function look() {
    clearTimeout(waits);
    asks?.abort();
    if (!wide.matches) return;
    asks = new AbortController();
    const { signal } = asks;
    try {
      const answer = await fetch(chosen.formAction, { method: "POST", body: typed(), signal });
      const text = await answer.text();
      note.hidden = answer.ok && !answer.redirected;
      if (note.hidden) show(new DOMParser().parseFromString(text, "text/html"));
    } catch {
      if (!signal.aborted) note.hidden = false;
    }
  }

  function show(page) {
    for (const script of page.querySelectorAll("script")) script.remove();
    for (const link of page.querySelectorAll("a[href]")) link.removeAttribute("href");
    for (const control of page.querySelectorAll(CONTROLS)) control.tabIndex = -1;
    const old = frame.contentDocument,
      root = page.documentElement;
    const styleOf = (one) => one?.querySelector("link[rel=stylesheet]")?.getAttribute("href");
    frame.classList.toggle("sheet", "sheet" in chosen.dataset);
    if (styleOf(old) !== styleOf(page)) return void (frame.srcdoc = `<!doctype html>${root.outerHTML}`);
    for (const { name, value } of root.attributes) old.documentElement.setAttribute(name, value);
    old.body.replaceWith(page.body); // the style sheet and the place to which it was scrolled stay
  }

  function choose(button) {
    chosen = button;
    for (const one of buttons) one.setAttribute("aria-pressed", one === button);
    look();
  }

  for (const button of buttons)
    button.addEventListener("click", (event) => {
      if (!wide.matches) return;
      event.preventDefault();
      choose(button);
    });
  form.addEventListener("focusin", look, { once: true }); // who only reads the form fetches nothing more
  form.addEventListener("input", () => {
    clearTimeout(waits);
    waits = setTimeout(look, PAUSE);
  });
}
