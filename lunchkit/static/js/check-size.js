// Says before it is sent that a file is too heavy, and keeps the form as it is: the server would refuse the whole of it
// unread. <input type="file" data-most-bytes="8388608" data-too-heavy="sentence">, beside other behaviours of its form.
// Of several files (multiple) only those that are too heavy are left out.
const heavyOnes = (field) => [...field.files].filter((file) => file.size > Number(field.dataset.mostBytes));
const isHeavy = (field) => heavyOnes(field).length > 0;
const fields = (form) => [...form.querySelectorAll("[data-most-bytes]")];

function tell(field) {
  const id = `${field.id}-error`,
    block = field.closest(".field"),
    heavy = heavyOnes(field),
    wrong = heavy.length > 0;
  block.querySelector(".error")?.remove();
  block.classList.toggle("bad", wrong);
  const others = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((each) => each && each !== id);
  field.setAttribute("aria-describedby", [...others, wrong && id].filter(Boolean).join(" "));
  field.setAttribute("aria-invalid", wrong);
  if (!wrong) return;
  const names = field.multiple ? heavy.map((file) => `${file.name}: `) : [];
  const textContent = names.join("") + field.dataset.tooHeavy;
  block.append(Object.assign(document.createElement("p"), { className: "error", id, role: "alert", textContent }));
  if (!field.multiple) return;
  const light = new DataTransfer();
  for (const file of field.files) if (!heavy.includes(file)) light.items.add(file);
  field.files = light.files;
}

document.addEventListener("change", ({ target }) => target.matches("[data-most-bytes]") && tell(target));
document.addEventListener(
  "submit",
  (event) => {
    const kind = event.submitter?.hasAttribute("formenctype") ? event.submitter.formEnctype : event.target.enctype;
    const heavy = kind === "multipart/form-data" && fields(event.target).find(isHeavy);
    if (!heavy) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // nothing else of the page takes it for sent
    tell(heavy);
    heavy.focus();
  },
  true,
);
