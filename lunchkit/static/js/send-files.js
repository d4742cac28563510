// Sends several files one after the other: each request stays small, and a bad file stops no other. Those that were
// refused go once more with the form itself, and the page that answers says why.
// <form data-one-by-one> with <input type="file" multiple> and one button
const form = document.querySelector("form[data-one-by-one]");
let isLast = false;

// Where the answer leads; nothing if the file was refused.
async function send(field, file) {
  const body = new FormData(form);
  body.set(field.name, file);
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    return answer.ok && answer.redirected ? answer.url : "";
  } catch {
    return "";
  }
}

form?.addEventListener("submit", async (event) => {
  const field = form.querySelector("[type=file]"),
    files = [...field.files];
  if (isLast || files.length < 2) return;
  event.preventDefault();
  const bar = Object.assign(document.createElement("progress"), { max: files.length, value: 0 });
  bar.setAttribute("aria-label", event.submitter.textContent);
  event.submitter.replaceWith(bar);
  const refused = new DataTransfer();
  let address = "";
  for (const file of files) {
    const next = await send(field, file);
    if (!next) refused.items.add(file);
    address = next || address;
    bar.value += 1;
  }
  field.files = refused.files;
  if (!refused.files.length) return location.assign(address);
  isLast = true;
  form.requestSubmit();
});
