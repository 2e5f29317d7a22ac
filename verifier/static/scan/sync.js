// Sends what was checked without a network to the server, once, when it is back.
import { situationOf } from "./judge.js";
import { get, personsOf, put } from "./store.js";

const OVER = new Set([400, 404, 409, 413, 422]);

const post = (path, body, headers, csrf) =>
  fetch(path, { method: "POST", headers: { Accept: "application/json", "X-CSRF-Token": csrf, ...headers }, body, redirect: "manual" });

/** A person the server has not seen; with the case, for it may have been set up without a network. */
async function sendPerson({ id, taken_at, submission, answers, source, difference }, inspection, csrf) {
  const { value } = await get("sources", source);
  const described = { ...situationOf(inspection), purpose: inspection.purpose, verdict_only: inspection.verdict_only };
  const body = { id, taken_at, submission, answers, source: value, difference, case: described };
  return post(`/cases/${inspection.id}/persons`, JSON.stringify(body), { "Content-Type": "application/json" }, csrf);
}

/** What was answered or noted about a person after the server had them. */
async function sendChanges({ id, answers, difference }, inspection, csrf) {
  const address = `/cases/${inspection.id}/persons/${id}`;
  const given = Object.entries(answers).map(([name, value]) => [`q-${name}`, { true: "yes", false: "no" }[value] ?? ""]);
  if (difference) await post(`${address}/difference`, new URLSearchParams({ text: difference }), {}, csrf);
  return post(`${address}/answers`, new URLSearchParams(given), {}, csrf);
}

async function send(person, inspection, csrf) {
  const answer = await (person.delivered ? sendChanges : sendPerson)(person, inspection, csrf);
  if (answer.ok || answer.type === "opaqueredirect") return "sent";
  return OVER.has(answer.status) ? "refused" : null;
}

/** Sends the pending persons of a case, in order; stops at the first that the network loses. */
export async function sync(inspection, csrf) {
  if (!csrf) return;
  for (const person of (await personsOf(inspection.id)).filter(({ state }) => state === "pending")) {
    const state = await send(person, inspection, csrf).catch(() => null);
    if (!state) return;
    const kept = await get("persons", person.id);
    const unchanged = JSON.stringify([kept.answers, kept.difference]) === JSON.stringify([person.answers, person.difference]);
    await put("persons", { ...kept, state: unchanged || state === "refused" ? state : "pending", delivered: state === "sent" });
  }
}
