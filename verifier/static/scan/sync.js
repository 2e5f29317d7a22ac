// Sends what was checked without a network to the server, once, when it is back.
import { situationOf } from "./judge.js";
import { get, personsOf, put } from "./store.js";

const OVER = new Set([400, 404, 409, 413, 422]);

async function post(path, body, csrf) {
  return fetch(path, { method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": csrf }, body: JSON.stringify(body) });
}

/** Makes the inspection a case of the server; again does no harm. */
async function open(inspection, csrf) {
  if (inspection.opened) return true;
  const { id, purpose, keep_hours: hours } = inspection;
  const answer = await post("/scan/cases", { id, purpose, keep: hours * 3600, situation: situationOf(inspection) }, csrf);
  if (answer.ok) await put("cases", { ...(await get("cases", id)), opened: true });
  return answer.ok;
}

async function send(person, inspection, csrf) {
  const { id, taken_at, submission, answers, source } = person;
  const { value } = await get("sources", source);
  const body = { id, taken_at, submission, answers, source: value };
  const answer = await post(`/cases/${inspection.id}/persons`, body, csrf);
  if (answer.ok) return "sent";
  return OVER.has(answer.status) ? "refused" : null;
}

/** Sends the pending persons of a case, in order; stops at the first that the network loses. */
export async function sync(inspection, csrf) {
  const pending = (await personsOf(inspection.id)).filter(({ state }) => state === "pending");
  if (!csrf || !pending.length || !(await open(inspection, csrf).catch(() => false))) return;
  for (const person of pending) {
    const state = await send(person, inspection, csrf).catch(() => null);
    if (!state) return;
    const kept = await get("persons", person.id);
    if (kept.state === "pending") await put("persons", { ...kept, state });
  }
}
