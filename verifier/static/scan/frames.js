// Gathers an animated sequence: `ESF1:<id of 4>/<count>/<index from 1>:<part>`, in any order.
const FRAME = /^ESF1:([^/]{4})\/(\d{1,2})\/(\d{1,2}):([^]+)$/;
const MAX_FRAMES = 64;

export const isFrame = (text) => text.startsWith("ESF1:");

export class Frames {
  constructor() {
    this.forget();
  }

  forget() {
    Object.assign(this, { id: null, count: 0, parts: new Map() });
  }

  get progress() {
    return this.id === null ? null : { have: this.parts.size, count: this.count };
  }

  /** Takes a frame; returns the whole text once it is complete, null before. Throws on a torn one. */
  add(text) {
    const [, id, count, index, part] = FRAME.exec(text) ?? [];
    if (!id || +count < 1 || +count > MAX_FRAMES || +index > +count) throw new Error("torn");
    if (id !== this.id || +count !== this.count) Object.assign(this, { id, count: +count, parts: new Map() });
    this.parts.set(+index, part);
    if (this.parts.size < this.count) return null;
    const whole = [...this.parts.keys()].sort((a, b) => a - b).map((key) => this.parts.get(key)).join("");
    this.forget();
    return whole;
  }
}
