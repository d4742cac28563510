// Makes a passkey, or shows one: fetches what the device is asked, asks it, and sends its answer with the form.
// <form hidden data-passkey="create|get" data-challenge="address"> with a hidden field «answer»; of the sentences beside
// it ([data-says]) the one that is true is shown. Browsers without parse…FromJSON and toJSON are helped by hand.
const form = document.querySelector("[data-passkey]");
const makes = form.dataset.passkey === "create";
const FAILURES = {
  InvalidStateError: "known",
  NotSupportedError: "unfit",
  ConstraintError: "unfit",
  SecurityError: "elsewhere",
};
const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

function say(word) {
  for (const line of document.querySelectorAll("[data-says]")) line.hidden = line.dataset.says !== word;
}

const fromText = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/[+/=]/g, (char) => ({ "+": "-", "/": "_" })[char] ?? "");

function read(options) {
  const parse = makes ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
  if (PublicKeyCredential[parse]) return PublicKeyCredential[parse](options);
  const known = (list = []) => list.map((each) => ({ ...each, id: fromText(each.id) }));
  const user = options.user && { ...options.user, id: fromText(options.user.id) };
  const [excludeCredentials, allowCredentials] = [options.excludeCredentials, options.allowCredentials].map(known);
  const challenge = fromText(options.challenge);
  return { ...options, excludeCredentials, allowCredentials, challenge, ...(user && { user }) };
}

function write(credential) {
  try {
    return credential.toJSON();
  } catch {
    // an older browser, or the stand-in of a password manager
  }
  const { id, rawId, type, response } = credential;
  const said = PARTS.filter((part) => response[part]).map((part) => [part, toText(response[part])]);
  const transports = response.getTransports?.();
  const answered = { ...Object.fromEntries(said), ...(transports && { transports }) };
  return { id, rawId: toText(rawId), type, response: answered };
}

async function options() {
  const reply = await fetch(form.dataset.challenge, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  if (reply.redirected) return location.assign(reply.url); // a fresh confirmation is needed first
  if (!reply.ok) throw Object.assign(new Error(reply.statusText), { name: "Stale" });
  return read(await reply.json());
}

async function ask() {
  const publicKey = await options();
  if (!publicKey) return;
  const answer = await navigator.credentials[makes ? "create" : "get"]({ publicKey });
  form.elements.answer.value = JSON.stringify(write(answer));
  HTMLFormElement.prototype.submit.call(form);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (form.hasAttribute("aria-busy")) return; // a second tap, while the device asks
  if (form.elements.name && !form.elements.name.value.trim()) return form.elements.name.focus();
  form.setAttribute("aria-busy", "true");
  say("");
  try {
    await ask();
  } catch ({ name }) {
    say(name === "Stale" ? "stale" : name === "TypeError" ? "offline" : (FAILURES[name] ?? "cancelled"));
    form.removeAttribute("aria-busy");
  }
});
addEventListener("pageshow", ({ persisted }) => persisted && form.removeAttribute("aria-busy"));

if (window.PublicKeyCredential && navigator.credentials) form.hidden = false;
else say("unsupported");
