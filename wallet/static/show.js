// Draws the codes of a document, each in its time; nothing is fetched, so it goes on offline.
const FRAME = 200; // milliseconds: five frames a second
const QUIET = 4; // modules around a symbol (ISO/IEC 18004)

function decode(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function outline([size, text]) {
  const bytes = decode(text);
  const isDark = (at) => (bytes[at >> 3] >> (7 - (at & 7))) & 1;
  let path = "";
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (!isDark(y * size + x)) continue;
      const start = x;
      while (x + 1 < size && isDark(y * size + x + 1)) x++;
      path += `M${start + QUIET} ${y + QUIET}h${x - start + 1}v1H${start + QUIET}z`;
    }
  }
  return { path, side: size + 2 * QUIET };
}

class Drawing {
  constructor(box) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const shape = (name) => svg.appendChild(document.createElementNS(svg.namespaceURI, name));
    this.svg = svg;
    this.ground = shape("rect");
    this.modules = shape("path");
    this.ground.setAttribute("fill", "#fff");
    this.modules.setAttribute("fill", "#000");
    svg.setAttribute("shape-rendering", "crispEdges");
    box.replaceChildren(svg);
  }

  draw({ path, side }) {
    this.svg.setAttribute("viewBox", `0 0 ${side} ${side}`);
    this.ground.setAttribute("width", side);
    this.ground.setAttribute("height", side);
    this.modules.setAttribute("d", path);
  }

  clear() {
    this.modules.setAttribute("d", "");
  }
}

class Showing {
  constructor(box) {
    const { now, step, codes } = JSON.parse(box.dataset.codes);
    delete box.dataset.codes;
    Object.assign(this, { box, step, codes, words: box.dataset, frame: 0, code: null });
    this.skew = now * 1000 - Date.now();
    this.part = (name) => box.querySelector(`.wallet-showing__${name}`);
    this.drawing = new Drawing(box.querySelector(".app-qr"));
    this.paused = false;
    this.byHand = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.part("pause").addEventListener("click", () => this.toggle());
    this.part("back").addEventListener("click", () => this.turn(-1));
    this.part("on").addEventListener("click", () => this.turn(1));
    addEventListener("offline", () => this.say(this.words.offline));
    document.addEventListener("visibilitychange", () => this.keepAwake());
    this.part("buttons").hidden = false;
    this.keepAwake();
    this.timer = setInterval(() => this.tick(), FRAME);
    this.tick();
    this.arrange();
  }

  get now() {
    return (Date.now() + this.skew) / 1000;
  }

  say(text) {
    this.part("status").textContent = text;
  }

  tick() {
    const { now } = this;
    const current = this.codes.findLast((code) => code.starts <= now) ?? this.codes[0];
    const isLast = current === this.codes.at(-1);
    if (isLast && now >= current.expires) return this.end();
    if (!this.paused && current !== this.code) this.take(current);
    else if (!this.paused && !this.byHand && this.frames.length > 1) this.turn(1);
    if (this.paused && now >= this.code.expires) this.goStale();
    this.count(isLast ? current.expires - now : current.starts + this.step - now, isLast);
  }

  take(code) {
    this.code = code;
    this.frames = code.frames.map(outline);
    this.frame %= this.frames.length;
    this.draw();
  }

  turn(by) {
    this.frame = (this.frame + by + this.frames.length) % this.frames.length;
    this.draw();
  }

  draw() {
    this.drawing.draw(this.frames[this.frame]);
    const [part, parts] = [this.frame + 1, this.frames.length];
    const text = this.words.part.replace("{part}", part).replace("{parts}", parts);
    this.part("part").textContent = parts > 1 ? text : "";
    this.box.dataset.frame = part;
  }

  count(left, isLast) {
    const seconds = Math.max(0, Math.ceil(left));
    const words = isLast ? this.words.last : this.words.left;
    this.part("seconds").textContent = words.replace("{seconds}", seconds);
    this.part("bar").value = seconds;
  }

  toggle() {
    this.paused = !this.paused;
    this.part("pause").textContent = this.paused ? this.words.continue : this.words.pause;
    this.say(this.paused ? this.words.paused : this.words.going);
    if (!this.paused) this.code = null;
    this.arrange();
    this.tick();
  }

  arrange() {
    const inParts = this.frames.length > 1;
    for (const name of ["back", "on"]) this.part(name).hidden = !(inParts && (this.byHand || this.paused));
  }

  goStale() {
    this.drawing.clear();
    this.say(this.words.stale);
    for (const name of ["back", "on"]) this.part(name).hidden = true;
  }

  end() {
    clearInterval(this.timer);
    this.codes = this.frames = [];
    this.drawing.clear();
    this.part("stage").hidden = true;
    this.part("over").hidden = false;
    this.box.querySelector("#over").focus();
  }

  async keepAwake() {
    if (document.visibilityState !== "visible" || !navigator.wakeLock) return;
    this.lock = await navigator.wakeLock.request("screen").catch(() => null);
  }
}

for (const box of document.querySelectorAll('[data-module="wallet-showing"]')) new Showing(box);
