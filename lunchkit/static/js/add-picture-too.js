// Whoever has chosen a picture, or written about it, and presses «Save» wants the picture in as well.
// <form> with fields «new-…» and one button with [formenctype], which takes them.
const add = document.querySelector("form [formenctype]");
const isBegun = ({ elements }) => [...elements].some(({ name, value }) => name.startsWith("new-") && value.trim());

document.addEventListener(
  "submit",
  (event) => {
    const { target, submitter } = event;
    if (!add || submitter === add || !["save", "next"].includes(submitter?.value) || !isBegun(target)) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // the button that takes the picture saves the rest too
    Object.assign(add, { name: "do", value: submitter.value === "next" ? "next" : "picture" }); // «save» never leaves the page
    setTimeout(() => target.requestSubmit(add)); // a form that is being submitted takes no second one
  },
  true,
);
