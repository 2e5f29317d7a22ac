// Sends what was checked without a network to the server, once, when it is back.
import { get, personsOf, put } from "./store.js";

const OVER = new Set([400, 404, 409, 413, 422]);

async function post(path, body, csrf) {
  return fetch(path, { method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": csrf }, body: JSON.stringify(body) });
}

function describe(inspection) {
  const { id, kind, purpose, legal_basis, country, date, until, place, employer, provider } = inspection;
  return { id, kind, purpose, legal_basis, country, date, until, place, employer, provider };
}

async function send(person, inspection, csrf) {
  const { id, taken_at, submission, answers, source, difference } = person;
  const { value } = await get("sources", source);
  const body = { id, taken_at, submission, answers, source: value, difference: difference ?? null, case: describe(inspection) };
  const answer = await post(`/cases/${inspection.id}/persons`, body, csrf);
  if (answer.ok) return "sent";
  return OVER.has(answer.status) ? "refused" : null;
}

/** Sends the pending persons of a case, in order; stops at the first that the network loses. */
export async function sync(inspection, csrf) {
  for (const person of await personsOf(inspection.id)) {
    if (person.state !== "pending" || !csrf) continue;
    const state = await send(person, inspection, csrf).catch(() => null);
    if (!state) return;
    const kept = await get("persons", person.id);
    if (kept.state === "pending") await put("persons", { ...kept, state });
  }
}
