// Somebody who is not registered: a name, a seat if there is one, and in. Without this file the link leads to a form.
// <a data-walk-in href="…">, and <form data-walk-in-form hidden> with the fields name and email.
import { announce, root } from "./check-in-root.js";

const link = document.querySelector("[data-walk-in]");
const form = document.querySelector("[data-walk-in-form]");

link.addEventListener("click", (event) => {
  event.preventDefault();
  form.hidden = !form.hidden;
  link.setAttribute("aria-expanded", !form.hidden);
  if (!form.hidden) form.elements.name.focus();
});
link.setAttribute("aria-expanded", "false");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const name = form.elements.name.value.trim(),
    email = form.elements.email.value.trim();
  if (name) announce("ask", { walk_in: { name, email } });
});

root.addEventListener("check-in:told", ({ detail }) => {
  if (detail.word !== "in" || !detail.request?.walk_in) return;
  form.reset();
  form.hidden = true;
  link.setAttribute("aria-expanded", "false");
});
