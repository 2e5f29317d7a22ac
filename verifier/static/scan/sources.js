// Lists, directory, rules and status lists: the newest copy, from the server or from this device.
import { decodeBase64Url, decodeText } from "../decision/bytes.js";
import { openSources } from "../decision/decide.js";
import { describeSources } from "../decision/provenance.js";
import { now } from "./session.js";

const EMPTY = { made_at: 0, anchors: {}, lists: {}, directory: null, rules: null, fetched: {}, problems: {}, statuses: {} };
const NEEDED = ["pub-eaa-providers", "pid-providers", "directory", "inspection-rules"];

/** Says how old a kept status list is; whether to believe it, the engine asks when it is used. */
function describeStatus([name, { token, fetched_at }], at) {
  const { iat, exp } = JSON.parse(decodeText(decodeBase64Url(token.split(".")[1])));
  return { name, issued_at: iat, fetched_at, sequence_number: null, freshness: exp && at >= exp ? "EXPIRED" : "FRESH" };
}

export class SourceBox {
  constructor() {
    Object.assign(this, { value: EMPTY, text: JSON.stringify(EMPTY), opened: null, described: [], online: false, loadedAt: 0 });
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
    this.opened ??= await openSources(this.value);
    await this.describe();
  }

  async take(text) {
    if (text === this.text) return;
    const value = JSON.parse(text);
    Object.assign(this, { value, text, opened: await openSources(value), loadedAt: value.made_at });
  }

  /** Judges the age of each source anew; time goes by also without a network. */
  async describe() {
    const at = now();
    const found = await describeSources(this.opened.view, [], at);
    const missing = NEEDED.filter((name) => !found.some((each) => each.name === name));
    this.described = [
      ...found, ...missing.map((name) => ({ name, issued_at: null, fetched_at: null, sequence_number: null, freshness: "EXPIRED" })),
      ...Object.entries(this.value.statuses).map((entry) => describeStatus(entry, at)),
    ];
  }

  get problems() {
    return this.opened?.view.problems ?? {};
  }

  get ruleSet() {
    return this.opened?.rules ?? null;
  }
}
