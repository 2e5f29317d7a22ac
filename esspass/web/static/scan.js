// Reads a QR code from the camera or an image; the picture never leaves the browser.
const WIDEST = 1000;
const PAUSE = 60;

const detector = "BarcodeDetector" in window ? new BarcodeDetector({ formats: ["qr_code"] }) : null;

async function read(source, width, height) {
  if (detector) {
    const [code] = await detector.detect(source).catch(() => []);
    if (code) return code.rawValue;
  }
  const scale = Math.min(1, WIDEST / Math.max(width, height));
  const canvas = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return window.jsQR(data, canvas.width, canvas.height)?.data ?? null;
}

class Scanner {
  constructor(box) {
    this.box = box;
    this.words = box.dataset;
    this.part = (name) => box.querySelector(`.app-scanner__${name}`);
    this.video = this.part("video");
    this.part("start").addEventListener("click", () => this.start());
    this.part("stop").addEventListener("click", () => this.stop());
    this.part("file").addEventListener("change", (event) => this.open(event.target.files[0]));
    window.addEventListener("pagehide", () => this.stop());
    box.hidden = false;
  }

  say(text) {
    this.part("status").textContent = text;
  }

  async start() {
    try {
      const wish = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
      this.stream = await navigator.mediaDevices.getUserMedia({ video: wish, audio: false });
    } catch (error) {
      return this.say(error.name === "NotAllowedError" ? this.words.denied : this.words.missing);
    }
    this.video.srcObject = this.stream;
    await this.video.play();
    this.toggle(true);
    this.say(this.words.looking);
    this.look();
  }

  async look() {
    while (this.stream) {
      const { videoWidth, videoHeight } = this.video;
      const text = videoWidth ? await read(this.video, videoWidth, videoHeight) : null;
      if (text) return this.found(text);
      await new Promise((resume) => setTimeout(resume, PAUSE));
    }
  }

  async open(file) {
    if (!file) return;
    const image = await createImageBitmap(file).catch(() => null);
    const text = image && (await read(image, image.width, image.height));
    if (text) this.found(text);
    else this.say(this.words.nothing);
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
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.toggle(false);
  }

  toggle(running) {
    this.part("view").hidden = !running;
    this.part("stop").hidden = !running;
    this.part("start").hidden = running;
  }
}

for (const box of document.querySelectorAll('[data-module="app-scanner"]')) new Scanner(box);
