// Sends what a phone says about audience questions until the server has answered; [data-told] says what is known meanwhile.
// <section data-questions data-offline="words" data-failed="words" …>
import { pauseAfter, post } from "./post.js";

const LONGEST = 15_000;
export const words = () => document.querySelector("[data-questions]")?.dataset ?? {};

export function tell(place, text) {
  const line = document.querySelector(`${place} [data-told]`);
  if (line) line.textContent = text;
}

// Whether the server took it.
export async function send(url, fields, place) {
  for (let tries = 0; ; tries++) {
    const { status, told } = await post(url, new URLSearchParams(fields));
    if (status === 0) tell(place, words().offline);
    else tell(place, status < 300 ? "" : (told?.error ?? words().failed));
    if (status && status < 500) return status < 300;
    await new Promise((resolve) => setTimeout(resolve, pauseAfter(tries, LONGEST)));
  }
}
