// Hands over what keep-text.js left on this device: a page was closed too early, the browser crashed, the network was
// gone. The server puts it into the section, or keeps it beside it; then the page shows how it stands.
// <… data-left="/where/the/forms/post" data-busy="words"> around a [name=csrf_token]
const place = document.querySelector("[data-left]");
const STORE = `lunchkit-text ${place.dataset.left}`;

async function send(path, version, text) {
  const body = new URLSearchParams(text);
  body.set("version", version);
  body.set("csrf_token", document.querySelector("[name=csrf_token]").value);
  const answer = await fetch(path, { method: "POST", body, headers: { Accept: "application/json" } });
  return { isKept: [200, 409, 410].includes(answer.status), ...(await answer.json()) };
}

async function bringBack(key) {
  const { version, sending, text } = JSON.parse(localStorage.getItem(key));
  const path = key.split(" ")[1];
  const first = sending === undefined ? { isKept: true, version } : await send(path, version, sending);
  const last = text === sending ? first : await send(path, first.version ?? version, text);
  if (!first.isKept || !last.isKept) return "";
  localStorage.removeItem(key);
  return last.link ?? location.href;
}

const left = Object.keys(localStorage).filter((key) => key.startsWith(STORE));
if (left.length) {
  place.inert = true; // for the moment that it takes
  const ends = await Promise.all(left.map((key) => bringBack(key).catch(() => "")));
  place.inert = false;
  const elsewhere = ends.find((link) => link && link !== location.href);
  if (elsewhere) location.replace(elsewhere);
  else if (ends.some(Boolean)) location.reload();
}
