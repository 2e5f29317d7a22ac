// The camera with its frame, the ring of an animated sequence, and what it has to say.
import { Camera, createReader, readFile } from "../esspass/scan.js";
import { button, h, icon, svg } from "./dom.js";
import { t } from "./words.js";

const ROUND = 2 * Math.PI * 54;
const REFUSALS = { too_large: "image_too_large", not_an_image: "image_unreadable", no_code: "image_no_code" };
const reader = createReader({ wasm: true });

export class CameraView {
  /** `onText` gets the text of every code; `onFrame` every frame's text or null. */
  constructor({ onText, onFrame, preferred, onPreferred }) {
    Object.assign(this, { onText, preferred, onPreferred });
    this.video = h("video", { class: "scan-camera__video", muted: true, playsinline: true, "aria-label": t("camera") });
    this.camera = new Camera(this.video, onFrame);
    this.status = h("p", { class: "scan-status", role: "status", id: "scan-status" });
    this.arc = svg("circle", { cx: 60, cy: 60, r: 54, class: "scan-ring__arc", "stroke-dasharray": `0 ${ROUND}` });
    this.count = h("span", { class: "scan-ring__count" });
    this.ring = h("div", { class: "scan-ring", hidden: true }, svg("svg", { viewBox: "0 0 120 120", "aria-hidden": "true" }, svg("circle", { cx: 60, cy: 60, r: 54, class: "scan-ring__rail" }), this.arc), this.count);
    this.box = h("div", { class: "scan-camera", "data-running": "no" }, this.video, h("div", { class: "scan-camera__target", "aria-hidden": "true" }), this.ring);
    this.onoff = button(t("camera_start"), () => (this.camera.stream ? this.stop() : this.start()), { id: "camera" });
    this.torch = button(t("torch"), () => this.switchTorch(), { look: "secondary", hidden: true, "aria-pressed": "false" });
    this.choice = h("select", { class: "govuk-select", id: "camera-choice", onchange: () => this.choose() });
    this.choices = h("div", { class: "govuk-form-group", hidden: true }, h("label", { class: "govuk-label", for: "camera-choice" }, t("camera_choice")), this.choice);
    this.element = h("section", { class: "scan-eye", "aria-label": t("scan") }, this.box, this.status,
      h("div", { class: "govuk-button-group" }, this.onoff, this.torch), this.choices, this.otherWays());
  }

  otherWays() {
    const file = h("input", { type: "file", accept: "image/*", class: "govuk-file-upload", id: "image", onchange: () => this.open(file.files[0]) });
    const field = h("textarea", { class: "govuk-textarea", id: "text", rows: 3, autocomplete: "off", spellcheck: "false" });
    return h("details", { class: "govuk-details" },
      h("summary", { class: "govuk-details__summary" }, h("span", { class: "govuk-details__summary-text" }, t("other_ways"))),
      h("div", { class: "govuk-details__text" },
        h("p", { class: "govuk-body" }, t("scanner_hint")),
        h("div", { class: "govuk-form-group" }, h("label", { class: "govuk-label", for: "image" }, t("image")), file),
        h("div", { class: "govuk-form-group" }, h("label", { class: "govuk-label", for: "text" }, t("text")), field),
        button(t("check_text"), () => field.value.trim() && this.onText(field.value.trim()), { look: "secondary", id: "check-text" })));
  }

  say(text, kind = null) {
    this.status.className = `scan-status ${kind ? `scan-status--${kind}` : ""}`;
    this.status.replaceChildren(...(kind ? [icon(kind)] : []), h("span", {}, text));
  }

  /** The ring: how much of an animated sequence is here; null hides it. */
  showProgress(progress) {
    this.ring.hidden = !progress;
    if (!progress) return;
    const { have, count } = progress;
    this.arc.setAttribute("stroke-dasharray", `${(ROUND * have) / count} ${ROUND}`);
    this.count.textContent = t("frames", { have, count });
    this.say(t("frames_hint", { have, count }));
  }

  async start(deviceId = this.preferred) {
    try {
      await this.camera.start(reader, deviceId);
    } catch (error) {
      if (deviceId && error.name === "OverconstrainedError") return this.start("");
      this.toggle(false);
      return this.say(t(error.name === "NotAllowedError" ? "camera_denied" : "camera_missing"), "info");
    }
    this.toggle(true);
    this.say(t("looking"));
    await this.offerChoices();
  }

  stop() {
    this.camera.stop();
    this.toggle(false);
    this.say(t("camera_off"));
  }

  /** Stops without a word, because another page is shown. */
  leave() {
    this.camera.stop();
    this.toggle(false);
  }

  toggle(running) {
    this.box.dataset.running = running ? "yes" : "no";
    this.onoff.textContent = t(running ? "camera_stop" : "camera_start");
    this.torch.hidden = !(running && this.camera.hasTorch);
    this.torch.setAttribute("aria-pressed", "false");
  }

  async offerChoices() {
    const cameras = await Camera.list();
    this.choices.hidden = cameras.length < 2;
    const current = this.camera.track?.getSettings().deviceId;
    this.choice.replaceChildren(...cameras.map(({ id, label }, index) => h("option", { value: id, selected: id === current }, label || `${t("camera")} ${index + 1}`)));
  }

  choose() {
    this.preferred = this.choice.value;
    this.onPreferred(this.preferred);
    this.start();
  }

  async switchTorch() {
    const on = this.torch.getAttribute("aria-pressed") !== "true";
    await this.camera.setTorch(on);
    this.torch.setAttribute("aria-pressed", String(on));
  }

  async open(file) {
    if (!file) return;
    try {
      this.onText(await readFile(file, await reader));
    } catch (error) {
      if (!(error.name in REFUSALS)) throw error;
      this.say(t(REFUSALS[error.name]), "foreign");
    }
  }
}
