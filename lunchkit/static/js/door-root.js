// The element on which the parts of the check-in page meet: <div data-door data-slug="…">. Events on it: door:changed,
// door:wish, door:told.
export const root = document.querySelector("[data-door]");

export const announce = (name, detail) => root.dispatchEvent(new CustomEvent(`door:${name}`, { detail }));
