// The scan page: one inspection at a time, from set-up to camera to verdict and back.
import { CameraView } from "./camera-view.js";
import { downloadCase } from "./case-file.js";
import { caseBar } from "./case-bar.js";
import { casesView, lockedView } from "./cases-view.js";
import { Checks } from "./checks.js";
import { crewView } from "./crew-view.js";
import { h, icon, replace } from "./dom.js";
import { listenToPaste, listenToScanner } from "./inputs.js";
import { signal } from "./outcomes.js";
import { eraseDue } from "./retention.js";
import { ReturnBar } from "./return-bar.js";
import { RuleTexts } from "./rule-texts.js";
import { compareClocks, loadSession, now } from "./session.js";
import { setupView } from "./setup-view.js";
import { SourceBox } from "./sources.js";
import { nameOf, sourcesCard } from "./sources-view.js";
import { all, get, keep, personsOf, put, removeCase, setting } from "./store.js";
import { sync } from "./sync.js";
import { verdictView } from "./verdict-view.js";
import { registerWorker } from "./worker.js";
import { locale, t } from "./words.js";

const MINUTE = 60_000;

class App {
  constructor() {
    this.region = document.getElementById("view");
    this.sources = new SourceBox();
    Object.assign(this, { session: null, inspection: null, persons: [], filter: "", view: "", bar: null });
  }

  async begin() {
    this.camera = new CameraView({
      onText: (text) => this.take(text), onFrame: (text) => this.look(text),
      preferred: (await setting("camera")) ?? "", onPreferred: (id) => keep("camera", id),
    });
    this.checks = new Checks(this);
    listenToScanner((text) => this.take(text), () => this.bar?.leave());
    listenToPaste((text) => this.take(text), (file) => this.inspection && this.camera.open(file));
    window.addEventListener("online", () => this.refresh());
    window.addEventListener("pagehide", () => this.camera.leave());
    document.addEventListener("visibilitychange", () => document.hidden ? this.camera.leave() : this.view === "scan" && this.camera.start());
    setInterval(() => this.refresh(), MINUTE);
    await this.enter();
    registerWorker(locale).then(() => this.showKept(true), () => this.showKept(false));
  }

  /** Lets in who is signed in, and goes on where the page was left. */
  async enter() {
    this.session = await loadSession();
    if (this.session.state !== "in") return this.showLocked();
    await eraseDue(now());
    await this.sources.load();
    const inspection = await get("cases", (await setting("case")) ?? "");
    if (inspection?.user === this.session.user) return this.open(inspection);
    return (await this.cases()).length ? this.showCases() : this.showSetup();
  }

  async cases() {
    return (await all("cases")).filter(({ user }) => user === this.session.user).sort((a, b) => b.created_at - a.created_at);
  }

  get clock() {
    const signed = this.sources.described.map(({ issued_at: issued }) => issued ?? 0);
    const ahead = compareClocks(Math.max(0, ...signed));
    return this.session.clock ?? (ahead?.behind ? ahead : null);
  }

  /** Asks server and sources again, erases what is due, sends what waits. */
  async refresh() {
    this.session = await loadSession();
    if (this.session.state !== "in") return this.showLocked();
    await eraseDue(now());
    await this.sources.load();
    if (!this.inspection) return;
    await sync(this.inspection, this.session.csrf);
    this.persons = await personsOf(this.inspection.id);
    if (this.view === "scan") this.fill();
  }

  showKept(kept) {
    const note = document.getElementById("kept");
    document.documentElement.dataset.kept = kept ? "yes" : "no";
    note.textContent = t(kept ? "kept" : "not_kept");
  }

  show(view, content) {
    this.bar?.stop();
    this.bar = null;
    this.view = view;
    document.documentElement.dataset.view = view;
    if (view !== "scan") this.camera.leave();
    replace(this.region, content, { focus: true });
  }

  showLocked() {
    this.inspection = null;
    this.show("locked", lockedView(this.session));
  }

  async showCases() {
    this.inspection = null;
    await keep("case", "");
    const cases = await this.cases();
    const counted = await Promise.all(cases.map(async (each) => ({ inspection: each, persons: await personsOf(each.id) })));
    this.show("cases", casesView(counted, {
      onOpen: (each) => this.open(each), onNew: () => this.showSetup(),
      onExport: (each) => downloadCase(each, this.session.verifier),
      onDelete: async (each) => { await removeCase(each.id); await this.showCases(); },
    }));
  }

  async showSetup(editing = null) {
    const done = async (values) => {
      await keep("setup", values);
      const inspection = { id: crypto.randomUUID(), user: this.session.user, created_at: now(), ...editing, ...values };
      await put("cases", inspection);
      await this.open(inspection);
    };
    const onCancel = editing ? () => this.open(editing) : (await this.cases()).length ? () => this.showCases() : null;
    this.show("setup", setupView({ values: editing ?? (await setting("setup")), editing: Boolean(editing), onDone: done, onCancel }));
  }

  async open(inspection) {
    this.inspection = inspection;
    await keep("case", inspection.id);
    this.persons = await personsOf(inspection.id);
    this.showScan();
  }

  async reload() {
    if (!this.inspection) return;
    this.persons = await personsOf(this.inspection.id);
    if (this.view === "scan") this.fill();
  }

  showScan() {
    this.crew = h("div");
    this.age = h("div");
    const heading = h("h1", { class: "govuk-heading-l scan-title" }, t("scan"));
    const bar = caseBar(this.inspection, { onChange: () => this.showSetup(this.inspection), onCases: () => this.showCases() });
    this.show("scan", [heading, bar, h("div", { class: "scan-desk" }, h("div", {}, this.camera.element, this.age), this.crew)]);
    this.fill();
    this.checks.resume();
    this.camera.start();
    this.send();
  }

  /** Sends once the verdict has been left, with the answers given beside it. */
  async send() {
    await sync(this.inspection, this.session.csrf);
    await this.reload();
  }

  fill() {
    const { described, online, loadedAt } = this.sources;
    const open = this.age.querySelector("details")?.open ?? false;
    this.refill(this.age, sourcesCard({ described, problems: this.sources.problems, online, loadedAt, clock: this.clock, now: now(), open, onRefresh: () => this.refresh() }));
    this.refill(this.crew, crewView(this.persons, {
      filter: this.filter, pending: this.persons.filter(({ state }) => state === "pending").length,
      onFilter: (outcome) => { this.filter = outcome; this.fill(); },
      onOpen: (person) => this.showPerson(person, { revisit: true }),
      onExport: () => downloadCase(this.inspection, this.session.verifier), onSync: () => this.refresh(),
    }));
  }

  /** Renews a region and gives the focus back to what had it. */
  refill(region, content) {
    const { id, dataset, className } = region.contains(document.activeElement) ? document.activeElement : {};
    replace(region, content);
    if (id) document.getElementById(id)?.focus();
    else if (dataset?.outcome !== undefined) region.querySelector(`.${className.split(" ")[0]}[data-outcome="${dataset.outcome}"]`)?.focus();
  }

  look(text) {
    this.checks.look(text);
  }

  take(text) {
    if (this.inspection && ["scan", "person"].includes(this.view)) this.checks.take(text);
  }

  /** The verdict; after a scan it returns to the camera by itself. */
  showPerson(person, { revisit = false } = {}) {
    const words = new RuleTexts(this.sources.ruleSet, person.facts ?? {});
    const content = verdictView({
      person, facts: person.facts, words, stale: this.explainStale(person.decision),
      onAnswer: (id, answer) => this.answer(person, id, answer),
      onDifference: (text) => this.noteDifference(person, text),
    });
    const bar = new ReturnBar(this.inspection.pause, revisit, () => this.showScan());
    this.show("person", [bar.element, ...content]);
    this.bar = bar;
    const stay = () => bar.timer && bar.pause();
    content.filter(Boolean).forEach((each) => each.addEventListener("pointerdown", stay));
  }

  /** Which source keeps the engine from deciding, and what to do about it. */
  explainStale({ ruling, sources }) {
    if (ruling.outcome !== "CANNOT_DECIDE") return null;
    const stale = (sources ?? []).filter(({ freshness }) => freshness !== "FRESH");
    const names = [...new Set(stale.map(({ name }) => nameOf(name)))];
    return names.length ? t("stale_sources", { names: names.join(", ") }) : null;
  }

  async answer(person, id, answer) {
    const answered = await this.checks.decide({ ...person, answers: { ...person.answers, [id]: answer } });
    this.showPerson(answered, { revisit: true });
    document.getElementById(`${id}-${answer}`)?.focus();
  }

  async noteDifference(person, text) {
    const noted = { ...person, difference: text || null, state: person.state === "sent" ? "pending" : person.state };
    await put("persons", noted);
    await this.reload();
    this.showPerson(noted, { revisit: true });
  }

  async showChecked(person) {
    this.persons = await personsOf(this.inspection.id);
    this.showPerson(person);
    signal(person.decision.ruling.outcome, this.inspection.sound);
  }

  warn(text) {
    if (this.view !== "scan") this.showScan();
    this.camera.say(text, "foreign");
    navigator.userActivation?.hasBeenActive && navigator.vibrate?.([40, 40, 40]);
  }
}

/** What nobody foresaw: said on the page, for the camera must not seem to look and do nothing. */
window.addEventListener("unhandledrejection", () => {
  const note = h("div", { class: "app-flash app-flash--bad", role: "alert" }, icon("bad"), h("p", {}, t("failed")));
  document.getElementById("view").prepend(note);
});
new App().begin();
