// Control+K or ⌘K goes to the search: <a href="/…#q" data-search>.
const link = document.querySelector("[data-search]");

function enter() {
  if (location.hash === "#q") document.getElementById("q")?.focus();
}

if (link) {
  addEventListener("keydown", (event) => {
    if (event.key !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    link.click();
  });
  addEventListener("hashchange", enter);
  enter();
}
