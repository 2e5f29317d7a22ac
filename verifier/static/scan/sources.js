// Lists, directory, rules and status lists: the newest copy, from the server or from this device.
import { describeSources } from "./judge.js";
import { readRuleSet } from "./rule-texts.js";
import { now } from "./session.js";

const EMPTY = { made_at: 0, anchors: {}, lists: {}, directory: "", rules: "", fetched: {}, problems: {}, statuses: {} };

export class SourceBox {
  constructor() {
    Object.assign(this, { value: EMPTY, text: JSON.stringify(EMPTY), described: [], ruleSet: null, online: false, loadedAt: 0 });
  }

  /** Loads; the service worker gives the last good copy when there is no server. */
  async load() {
    try {
      const answer = await fetch("/scan/sources.json", { headers: { Accept: "application/json" } });
      this.online = answer.ok && !answer.headers.has("X-Scan-Copy");
      if (answer.ok) await this.take(await answer.text());
    } catch {
      this.online = false;
    }
    await this.describe();
  }

  async take(text) {
    this.value = JSON.parse(text);
    this.text = text;
    this.loadedAt = this.value.made_at;
    this.ruleSet = readRuleSet(this.value.rules);
  }

  /** Judges the age of each source anew; time goes by also without a network. */
  async describe() {
    this.described = await describeSources(this.value, now());
  }

  get stale() {
    return this.described.filter(({ freshness }) => freshness !== "FRESH");
  }
}
