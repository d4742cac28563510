// The time of day as the server writes it. data-clock of the door holds two patterns: of a full hour, and of any other time.
import { root } from "./door-root.js";

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
