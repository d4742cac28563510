// The element on which the parts of the check-in page meet: <div data-door data-slug="…" data-zone="…" data-clock="…">.
// Events on it: check-in:changed (what the phone knows), check-in:ask (detail: what to do), check-in:told (the answer).
// time() writes the time of day as the server does; data-clock holds two patterns: of a full hour, and of any other time.
export const root = document.querySelector("[data-door]");

export const announce = (name, detail) => root.dispatchEvent(new CustomEvent(`check-in:${name}`, { detail }));

const clock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZone: root.dataset.zone,
});
const [HOUR, TIME] = JSON.parse(root.dataset.clock);

export function time(at) {
  if (!at) return "";
  const [hour, minute] = clock.format(at).split(":");
  return (minute === "00" ? HOUR : TIME).replace("{h}", Number(hour)).replace("{m}", minute);
}
