// The inspection as a case file, made on this device: every decision can be made again from it.
import { get, personsOf } from "./store.js";
import { situationOf } from "./judge.js";

const FORMAT = "esspass-case/1";

async function sha256(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `sha256:${[...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** JSON written one way: members sorted, no spaces. */
export function writeCanonical(value) {
  if (Array.isArray(value)) return `[${value.map(writeCanonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${writeCanonical(value[name])}`).join(",")}}`;
}

/** A bundle of sources whose tokens stand in `tokens`, once each. */
async function shareTokens(bundle, tokens) {
  const share = async (token) => {
    if (token === null || token.startsWith("sha256:")) return token;
    const reference = await sha256(token);
    tokens[reference] = token;
    return reference;
  };
  const shared = { ...bundle, lists: {}, statuses: {}, directory: await share(bundle.directory), rules: await share(bundle.rules) };
  for (const [name, issues] of Object.entries(bundle.lists)) shared.lists[name] = await Promise.all(issues.map(share));
  for (const [uri, entry] of Object.entries(bundle.statuses)) shared.statuses[uri] = { ...entry, token: await share(entry.token) };
  return shared;
}

/** One person as the file keeps them: their name is in what was shown, not in the decision. */
function describePerson({ id, taken_at, submission, answers, history, seen, decision, facts }, source) {
  const nameless = { ...facts, document: { ...facts.document, person: null } };
  const { findings, ruling, sources } = decision;
  return { id, taken_at, source, submission, answers, history, seen, decision: { findings, facts: nameless, ruling, sources } };
}

/** Makes the file of all persons whose evidence is still kept. */
export async function createCaseFile(inspection, verifier) {
  const kept = (await personsOf(inspection.id)).filter(({ submission }) => submission);
  const digests = [...new Set(kept.map(({ source }) => source))];
  const tokens = {};
  const sources = [];
  for (const digest of digests) sources.push(await shareTokens((await get("sources", digest)).value, tokens));
  const { id, purpose, legal_basis } = inspection;
  const head = { format: FORMAT, id, case: { ...situationOf(inspection), purpose, legal_basis }, verifier, sources };
  const persons = [];
  let previous = await sha256(writeCanonical(head));
  for (const person of kept) {
    const entry = describePerson(person, digests.indexOf(person.source));
    previous = await sha256(previous + writeCanonical(entry));
    persons.push({ ...entry, digest: previous });
  }
  return { ...head, tokens, persons, proof: null };
}

/** Saves the file where the browser saves files. */
export async function downloadCase(inspection, verifier) {
  const text = JSON.stringify(await createCaseFile(inspection, verifier));
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  Object.assign(link, { href: url, download: `esspass-case-${inspection.date}-${inspection.id.slice(0, 8)}.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
