// Reads tickets with the camera: with the phone's own decoder, or with one of ours that is only loaded where it has none.
// <div data-camera data-decoder="…"> with <video>, [data-start], [data-torch], [data-turn], [data-refused], [data-none].
// A code that stays before the camera is read once; gone for two seconds and shown again, it is somebody else's turn.
import { announce } from "./door-root.js";
import { show } from "./door-verdict.js";

const box = document.querySelector("[data-camera]");
const part = (name) => box.querySelector(`[data-${name}]`);
const video = box.querySelector("video");
const EVERY = 120,
  AGAIN = 2_000,
  WIDTH = 640;
const TICKET = /\/t\/([a-z2-7]{32})$/i;
const canvas = document.createElement("canvas");
let stream,
  decode,
  timer,
  last = { text: "", at: 0 },
  turn = 0;

async function decoder() {
  const formats = await globalThis.BarcodeDetector?.getSupportedFormats().catch(() => []);
  if (formats?.includes("qr_code")) {
    const native = new BarcodeDetector({ formats: ["qr_code"] });
    return async () => (await native.detect(video))[0]?.rawValue;
  }
  await import(box.dataset.decoder);
  return async () => {
    const scale = Math.min(1, WIDTH / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = video.videoWidth * scale;
    canvas.height = video.videoHeight * scale;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data, width, height } = pen.getImageData(0, 0, canvas.width, canvas.height);
    return globalThis.jsQR(data, width, height, { inversionAttempts: "dontInvert" })?.data;
  };
}

async function start() {
  stop();
  box.dataset.state = "starting";
  try {
    const cameras = (await navigator.mediaDevices.enumerateDevices()).filter(
      ({ kind, deviceId }) => kind === "videoinput" && deviceId,
    );
    const choice =
      turn && cameras.length > 1
        ? { deviceId: { exact: cameras[turn % cameras.length].deviceId } }
        : { facingMode: "environment" };
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { ...choice, width: { ideal: 1280 }, height: { ideal: 720 } },
    });
    video.srcObject = stream;
    await video.play();
    decode ??= await decoder();
    box.dataset.state = "on";
    part("torch").hidden = !stream.getVideoTracks()[0].getCapabilities?.().torch;
    part("turn").hidden =
      (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput").length < 2;
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
  const token = text.match(TICKET)?.[1].toUpperCase();
  if (!token) return show({ word: "foreign" });
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  const ticket = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
  announce("wish", { ticket });
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
