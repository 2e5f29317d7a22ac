// From a code to a person checked: frames joined, foreign codes named, the decision kept.
import { MalformedError } from "../decision/errors.js";
import { FrameCollector, parseFrame } from "../decision/frames.js";
import { createSubmission, judge } from "./judge.js";
import { isForeign } from "./outcomes.js";
import { digestShown } from "./presentation.js";
import { seenUntil, withoutClaims } from "./retention.js";
import { RuleTexts } from "./rule-texts.js";
import { now } from "./session.js";
import { addPerson, put } from "./store.js";
import { t } from "./words.js";

const GONE_AFTER = 1500; // milliseconds without a code until the same one counts again
const REPEATED_WITHIN = 90; // seconds
const MAX_TEXT = 500_000;

const isFrame = (text) => text.startsWith("ESF1:");

async function digest(text) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Checks {
  constructor(app) {
    Object.assign(this, { app, frames: new FrameCollector(), busy: false, last: null, lastAt: 0 });
  }

  /** The camera starts again: what it still sees is what it saw. */
  resume() {
    this.lastAt = performance.now();
    this.frames = new FrameCollector();
  }

  /** A frame of the camera. A code that stays in sight is one code, however many frames show it. */
  look(text) {
    const at = performance.now();
    if (!text) return;
    const known = text === this.last || (isFrame(text) && this.last?.startsWith(text.slice(0, 9)));
    if (known && at - this.lastAt < GONE_AFTER) {
      this.lastAt = at;
      return;
    }
    if (!isFrame(text)) Object.assign(this, { last: text, lastAt: at });
    this.take(text, true);
  }

  async take(text, seen = false) {
    if (this.busy) return;
    this.busy = true;
    try {
      const whole = isFrame(text) ? await this.join(text) : text;
      if (whole === null) return;
      if (seen) Object.assign(this, { last: text, lastAt: performance.now() });
      await this.check(whole.slice(0, MAX_TEXT), seen);
    } finally {
      this.busy = false;
    }
  }

  /** The whole text once all its frames are read; a torn frame is for the engine to name. */
  async join(frame) {
    try {
      const { text, received, total } = await this.frames.add(parseFrame(frame));
      this.app.camera.showProgress(text === null ? { have: received, count: total } : null);
      return text;
    } catch (error) {
      if (error instanceof MalformedError) return frame;
      throw error;
    }
  }

  async check(text, filmed) {
    performance.mark("code-read");
    const { app } = this;
    const person = {
      id: crypto.randomUUID(), case: app.inspection.id, taken_at: now(), answers: {}, difference: null,
      submission: createSubmission(text, app.inspection.purpose), state: "pending",
    };
    const judged = await this.judge(person);
    app.camera.showProgress(null);
    if (isForeign(judged.decision.ruling)) return app.warn(this.nameForeign(judged.decision.ruling.reason));
    if (filmed && this.isRepeated(judged)) return app.warn(t("already_checked"));
    const kept = await this.keep(judged);
    await app.showChecked(kept);
    performance.measure("code-to-verdict", "code-read");
  }

  /** A wallet renews its code while the camera still looks at it: that is no other person. */
  isRepeated({ facts, taken_at: at, decision }) {
    const last = this.app.persons.at(-1);
    const same = last?.facts && facts.document.number && last.facts.document.number === facts.document.number;
    return Boolean(same) && at - last.taken_at < REPEATED_WITHIN && last.decision.ruling.outcome === decision.ruling.outcome;
  }

  nameForeign(reason) {
    const words = new RuleTexts(this.app.sources.ruleSet, {});
    const { sentence, next } = words.submission(reason) ?? words.submission("not_ours");
    return [sentence, next].filter(Boolean).join(" ");
  }

  async judge(person) {
    const { decision, history, seen } = await judge({ person, sources: this.app.sources.opened, inspection: this.app.inspection });
    const { facts, ...rest } = decision;
    return { ...person, decision: rest, facts, history, seen };
  }

  /** Decides again, with more answers, and keeps it. */
  async decide(person) {
    const judged = { ...(await this.judge(person)), state: person.state === "sent" ? "pending" : person.state };
    await put("persons", judged);
    await this.app.reload();
    return judged;
  }

  async keep(person) {
    const { inspection, sources } = this.app;
    const source = await digest(sources.text);
    const named = person.facts?.document.person;
    const name = named ? [named.forenames, named.surnames].filter(Boolean).join(" ") : null;
    const whole = { ...person, name, source, claims_until: person.taken_at + inspection.keep_hours * 3600 };
    const kept = inspection.verdict_only ? withoutClaims(whole) : whole;
    if (!inspection.verdict_only) await put("sources", { digest: source, value: sources.value });
    const shown = await digestShown(person.submission.text);
    await addPerson(kept, shown ? { digest: shown, person: person.id, until: seenUntil(person.taken_at) } : null);
    return inspection.verdict_only ? { ...whole, state: "local", transient: true } : kept;
  }
}
