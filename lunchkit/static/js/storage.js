// JSON that the browser keeps under a name; `store` is "localStorage" or "sessionStorage".
// Where the browser keeps nothing, load() gives null and save() gives false.
export function load(store, name) {
  try {
    return JSON.parse(window[store].getItem(name));
  } catch {
    return null;
  }
}

export function save(store, name, value) {
  try {
    window[store].setItem(name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}
