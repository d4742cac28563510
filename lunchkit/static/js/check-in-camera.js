// Reads tickets with the camera.
// <div data-camera data-decoder="…"> with <video>, [data-start], [data-torch], [data-turn], [data-refused], [data-none].
// A code that stays before the camera is read once; gone for two seconds and shown again, it is somebody else's turn.
import { camerasOf, decoderOf, hashOf, openCamera } from "./check-in-decoder.js";
import { announce } from "./check-in-root.js";
import { show } from "./check-in-verdict.js";

const box = document.querySelector("[data-camera]");
const part = (name) => box.querySelector(`[data-${name}]`);
const video = box.querySelector("video");
const EVERY = 120,
  AGAIN = 2_000;
let stream,
  decode,
  timer,
  last = { text: "", at: 0 },
  turn = 0;

async function start() {
  stop();
  box.dataset.state = "starting";
  try {
    stream = await openCamera(turn);
    video.srcObject = stream;
    await video.play();
    decode ??= await decoderOf(video, box.dataset.decoder);
    box.dataset.state = "on";
    part("torch").hidden = !stream.getVideoTracks()[0].getCapabilities?.().torch;
    part("turn").hidden = (await camerasOf()).length < 2;
    read();
  } catch (error) {
    stop();
    box.dataset.state = error.name === "NotAllowedError" ? "refused" : "none";
  }
}

function stop() {
  clearTimeout(timer);
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = undefined;
}

async function read() {
  const text = video.readyState >= 2 ? await decode().catch(() => undefined) : undefined;
  if (text) await meet(text);
  if (stream) timer = setTimeout(read, EVERY);
}

async function meet(text) {
  const now = performance.now(),
    isSame = text === last.text && now - last.at < AGAIN;
  last = { text, at: now };
  if (isSame) return;
  const ticket = await hashOf(text);
  if (ticket) announce("ask", { ticket });
  else show({ word: "foreign" });
}

part("start").addEventListener("click", start);
part("turn").addEventListener("click", () => {
  turn += 1;
  start();
});
part("torch").addEventListener("click", async ({ currentTarget: button }) => {
  const isLit = button.getAttribute("aria-pressed") !== "true";
  await stream?.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: isLit }] });
  button.setAttribute("aria-pressed", isLit);
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) stop();
  else if (box.dataset.state === "on") start();
});
if (navigator.mediaDevices?.getUserMedia) {
  box.dataset.state = "off";
  navigator.permissions?.query({ name: "camera" }).then(
    ({ state }) => state === "granted" && start(),
    () => {},
  );
} else box.dataset.state = "none";
