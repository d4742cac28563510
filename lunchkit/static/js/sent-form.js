// Keeps what is sent by a form on this device while its tab lives. The page that follows shows the address as it was
// typed, and its way back to the form, «#again», brings a form that is filled.
// <form data-sent="name">; <b data-typed="name">m…@example.org</b>
import { textOf } from "./form-text.js";
import { load, save } from "./storage.js";

const form = document.querySelector("form[data-sent]");
const place = document.querySelector("[data-typed]");
const name = `lunchkit-sent ${form?.dataset.sent ?? place?.dataset.typed}`;
const sent = new URLSearchParams(load("sessionStorage", name) ?? "");

form?.addEventListener("submit", ({ submitter }) => {
  const typed = new URLSearchParams(textOf(form));
  if (submitter?.name === "email_use") typed.set("email", submitter.value);
  save("sessionStorage", name, typed.toString());
});

if (form && location.hash === "#again")
  for (const field of form.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    const values = sent.getAll(field.name);
    if (/checkbox|radio/.test(field.type)) field.checked = values.includes(field.value);
    else if (values.length) field.value = values[0];
  }

if (place) {
  const [start, end] = place.textContent.split("…");
  const email = (sent.get("email") ?? "").trim();
  if (email.startsWith(start) && email.endsWith(end)) place.textContent = email; // else it is another's
}
