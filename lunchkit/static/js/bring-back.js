// Leads to a section of which keep-text.js left a text on this device: its page takes the text in.
// <… data-left="/where/the/sections/are/"> with links to them
const STORE = `lunchkit-text ${document.querySelector("[data-left]").dataset.left}`;
const paths = Object.keys(localStorage).filter((key) => key.startsWith(STORE)).map((key) => key.split(" ")[1]);
const path = paths.find((each) => document.querySelector(`a[href="${each}"]`));
if (path) location.replace(path);
