// Back to the camera by itself: a countdown that can be seen, paused and left at once.
import { button, h } from "./dom.js";
import { t } from "./words.js";

export class ReturnBar {
  /** `seconds` 0 never returns by itself; neither does a page with open questions. */
  constructor(seconds, waits, onReturn) {
    Object.assign(this, { seconds, left: seconds, onReturn, timer: null });
    this.text = h("span", { class: "scan-return__text" });
    this.bar = h("progress", { class: "app-countdown__bar", max: seconds || 1, value: seconds, "aria-label": t("returning") });
    this.hold = button(t("pause"), () => (this.timer ? this.pause() : this.run()), { look: "secondary", id: "pause" });
    this.element = h("section", { class: "scan-return", "aria-label": t("next_person") },
      button(t("next_person"), () => this.leave(), { id: "next" }), this.hold, this.text, this.bar);
    if (seconds && !waits) this.run();
    else this.rest();
  }

  rest() {
    this.hold.hidden = this.bar.hidden = true;
    this.text.textContent = t("press_enter");
  }

  run() {
    this.hold.textContent = t("pause");
    this.timer = setInterval(() => this.tick(), 1000);
    this.show();
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.hold.textContent = t("resume");
    this.text.textContent = t("paused");
  }

  tick() {
    this.left -= 1;
    if (this.left <= 0) this.leave();
    else this.show();
  }

  show() {
    this.bar.value = this.left;
    this.text.textContent = t("returning_in", { seconds: this.left });
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
  }

  leave() {
    this.stop();
    this.onReturn();
  }
}
