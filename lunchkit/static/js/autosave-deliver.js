// Delivers one text of a form. It is sent again, unchanged, until the server has answered: a save whose answer was lost
// is never taken for the save of another person.
// <form data-enter="words" data-sign-in="address">; data-kept where this device keeps the text.
import { form, say, token, version, words } from "./autosave-line.js";
import { isPassing, pauseAfter, post } from "./post.js";

const LONGEST = 30_000,
  PATIENCE = 20_000,
  MOST_KEPT_ALIVE = 60_000;
let wake;

// Sends now what waits for its next try.
export const hurry = () => wake?.();

export async function deliver(sent) {
  for (let tries = 0; ; tries++) {
    const answer = await post(form.action, bodyOf(sent), {
      keepalive: document.hidden && sent.length < MOST_KEPT_ALIVE,
      signal: AbortSignal.timeout(PATIENCE),
    });
    const isOut = [400, 401, 403].includes(answer.status);
    if (!isPassing(answer.status) && !isOut) return answer;
    if (isOut) say("signedOut", "", words.signIn, words.enter);
    else if (words.kept) say(answer.told ? "later" : "offline", answer.told?.error);
    else say("adrift");
    await new Promise((done) => {
      wake = done;
      setTimeout(done, pauseAfter(tries, LONGEST));
    });
  }
}

function bodyOf(sent) {
  const body = new URLSearchParams(sent);
  body.set("version", version.value);
  body.set("csrf_token", token.value);
  return body;
}
