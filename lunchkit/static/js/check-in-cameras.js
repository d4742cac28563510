// The cameras of this phone: the one at its back first, and the next one at each turn.
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
