// Reads QR codes: with the phone's own decoder, or with one of ours that is only loaded where it has none.

const WIDTH = 640;
const TICKET = /\/t\/([a-z2-7]{32})$/i;

export async function decoderOf(video, address) {
  const formats = await globalThis.BarcodeDetector?.getSupportedFormats().catch(() => []);
  if (formats?.includes("qr_code")) {
    const native = new BarcodeDetector({ formats: ["qr_code"] });
    return async () => (await native.detect(video))[0]?.rawValue;
  }
  await import(address);
  const canvas = document.createElement("canvas");
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

// The hash of the ticket whose address this is; undefined for any other text.
export async function hashOf(text) {
  const token = text.match(TICKET)?.[1].toUpperCase();
  if (!token) return undefined;
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The cameras of this phone: openCamera() takes the one at its back first, and the next one at each turn.
export const camerasOf = async () =>
  (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");

export async function openCamera(turn) {
  const cameras = (await camerasOf()).filter(({ deviceId }) => deviceId);
  const isChosen = turn && cameras.length > 1;
  const choice = isChosen
    ? { deviceId: { exact: cameras[turn % cameras.length].deviceId } }
    : { facingMode: "environment" };
  return navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { ...choice, width: { ideal: 1280 }, height: { ideal: 720 } },
  });
}
