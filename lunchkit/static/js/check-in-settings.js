// What a person chooses for this phone: the name of its door, and whether each word has a tone and a vibration.
// <input data-door-name>, <input type="checkbox" data-loud>
import { root } from "./check-in-root.js";

const name = document.querySelector("[data-door-name]");
const loud = document.querySelector("[data-loud]");
const TONES = { in: [880], double: [440, 440], undone: [] };
let tones;

export const doorName = () => name.value.trim();

for (const field of [name, loud]) {
  const property = field === loud ? "checked" : "value",
    store = `lunchkit-check-in-${field.name}`;
  const kept = localStorage.getItem(store);
  if (kept !== null) field[property] = field === loud ? kept === "true" : kept;
  field.addEventListener("change", () => localStorage.setItem(store, field[property]));
}

function sound(word) {
  const beats = TONES[word] ?? [220, 220, 220];
  navigator.vibrate?.(beats.flatMap(() => [120, 80]));
  tones ??= new AudioContext();
  beats.forEach((pitch, index) => {
    const tone = new OscillatorNode(tones, { frequency: pitch });
    tone.connect(tones.destination);
    tone.start(tones.currentTime + index * 0.2);
    tone.stop(tones.currentTime + index * 0.2 + 0.12);
  });
}

root.addEventListener("check-in:told", ({ detail }) => loud.checked && sound(detail.word));
