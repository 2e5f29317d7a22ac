// Reads QR codes from the camera or an image; the picture never leaves the browser.
// zxing (WebAssembly) reads where the page's policy allows it, elsewhere the browser or jsQR does.
const FRAME_WIDTH = 1280;
const IMAGE_WIDTHS = [1280, 2560, 5120];
const PAUSE = 40;
export const MAX_FILE = 20 * 1024 * 1024; // bytes
const MAX_PIXELS = 64_000_000;
const ZXING = { formats: ["QRCode"], maxNumberOfSymbols: 1, tryHarder: true };

async function createZxing() {
  const { prepareZXingModule, readBarcodes } = await import("./vendor/zxing-wasm/reader/index.js");
  const locateFile = (name) => new URL(`./vendor/zxing-wasm/${name}`, import.meta.url).href;
  await prepareZXingModule({ overrides: { locateFile }, fireImmediately: true });
  return async (pixels) => (await readBarcodes(pixels, ZXING))[0]?.text || null;
}

async function createJsqr() {
  if (!globalThis.jsQR) await import("./jsQR.js");
  return async ({ data, width, height }) => globalThis.jsQR(data, width, height)?.data || null;
}

/** Returns an async function from ImageData to the text of a code, or null. */
export async function createReader({ wasm = false } = {}) {
  if (wasm) return createZxing().catch(createJsqr);
  const jsqr = await createJsqr();
  const native = "BarcodeDetector" in globalThis && new BarcodeDetector({ formats: ["qr_code"] });
  if (!native) return jsqr;
  return async (pixels) => (await native.detect(pixels).catch(() => []))[0]?.rawValue || jsqr(pixels);
}

function draw(source, width, height, widest) {
  const scale = Math.min(1, widest / Math.max(width, height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff"; // a transparent picture has its code on white
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** Width times height as the header of a PNG or JPEG states it; 0 where it does not say. */
export async function countPixels(file) {
  const view = new DataView(await file.slice(0, 256 * 1024).arrayBuffer());
  if (view.byteLength > 24 && view.getUint32(0) === 0x89504e47) return view.getUint32(16) * view.getUint32(20);
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return 0;
  for (let at = 2; at + 9 < view.byteLength && view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint8(at + 1); // the SOF markers, without DHT, JPG and DAC
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return view.getUint16(at + 5) * view.getUint16(at + 7);
  }
  return 0;
}

/** Reads a code from an image file. Throws an Error named too_large, not_an_image or no_code. */
export async function readFile(file, reader) {
  const refuse = (name) => Object.assign(new Error(name), { name });
  if (file.size > MAX_FILE || (await countPixels(file)) > MAX_PIXELS) throw refuse("too_large");
  const image = await createImageBitmap(file).catch(() => null);
  if (!image) throw refuse("not_an_image");
  try {
    for (const widest of IMAGE_WIDTHS) {
      const text = await reader(draw(image, image.width, image.height, widest));
      if (text) return text;
      if (Math.max(image.width, image.height) <= widest) break;
    }
  } finally {
    image.close();
  }
  throw refuse("no_code");
}

/** A camera that calls `onFrame(text or null)` for each frame it has read, until it is stopped. */
export class Camera {
  constructor(video, onFrame) {
    Object.assign(this, { video, onFrame, stream: null });
  }

  /** Throws the DOMException of getUserMedia. */
  async start(reader, deviceId = "") {
    const choice = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: "environment" };
    const wish = { ...choice, width: { ideal: 1280 }, height: { ideal: 720 } };
    const stream = await navigator.mediaDevices.getUserMedia({ video: wish, audio: false });
    this.stop();
    this.stream = this.video.srcObject = stream;
    await this.video.play();
    this.look(await reader, stream);
  }

  async look(reader, stream) {
    while (this.stream === stream) {
      const { videoWidth, videoHeight } = this.video;
      const text = videoWidth ? await reader(draw(this.video, videoWidth, videoHeight, FRAME_WIDTH)) : null;
      if (this.stream === stream) this.onFrame(text);
      await new Promise((resume) => setTimeout(resume, PAUSE));
    }
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = this.video.srcObject = null;
  }

  get track() {
    return this.stream?.getVideoTracks()[0];
  }

  get hasTorch() {
    return Boolean(this.track?.getCapabilities?.().torch);
  }

  async setTorch(on) {
    await this.track?.applyConstraints({ advanced: [{ torch: on }] });
  }

  /** The cameras of this device as {id, label}; labels are empty until one may be used. */
  static async list() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter(({ kind }) => kind === "videoinput").map(({ deviceId: id, label }) => ({ id, label }));
  }
}

class Scanner {
  constructor(box) {
    this.box = box;
    this.words = box.dataset;
    this.part = (name) => box.querySelector(`.app-scanner__${name}`);
    this.camera = new Camera(this.part("video"), (text) => text && this.found(text));
    this.part("start").addEventListener("click", () => this.start());
    this.part("stop").addEventListener("click", () => this.stop());
    this.part("file").addEventListener("change", (event) => this.open(event.target.files[0]));
    window.addEventListener("pagehide", () => this.stop());
    box.hidden = false;
  }

  get reader() {
    return (this.loading ??= createReader());
  }

  say(text) {
    this.part("status").textContent = text;
  }

  async start() {
    try {
      await this.camera.start(this.reader);
    } catch (error) {
      return this.say(error.name === "NotAllowedError" ? this.words.denied : this.words.missing);
    }
    this.toggle(true);
    this.say(this.words.looking);
  }

  async open(file) {
    if (!file) return;
    try {
      this.found(await readFile(file, await this.reader));
    } catch {
      this.say(this.words.nothing);
    }
  }

  found(text) {
    this.stop();
    this.say(this.words.found);
    const field = document.getElementById(this.words.target);
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    this.box.dispatchEvent(new CustomEvent("app-scanned", { bubbles: true, detail: text }));
    if (this.words.submit === "yes") field.form.requestSubmit();
    else field.focus();
  }

  stop() {
    this.camera.stop();
    this.toggle(false);
  }

  toggle(running) {
    this.part("view").hidden = !running;
    this.part("stop").hidden = !running;
    this.part("start").hidden = running;
  }
}

for (const box of document.querySelectorAll('[data-module="app-scanner"]')) new Scanner(box);
