// Nothing stays longer than it may: claims go after their time, what was seen once it is expired.
import { all, put, remove } from "./store.js";

const SEEN_FOR = 24 * 3600;

export const seenUntil = (takenAt) => takenAt + SEEN_FOR;

/** A person without claims: the verdict, its reasons, its time. */
export function withoutClaims(person) {
  const { ruling, findings } = person.decision;
  return {
    ...person, name: null, facts: null, submission: null, history: [], difference: null, claims_until: null,
    decision: { ruling, findings: findings.map(({ check, clause, outcome, reason }) => ({ check, clause, outcome, reason, parameters: {} })), sources: person.decision.sources },
    state: person.state === "pending" ? "local" : person.state,
  };
}

export async function eraseDue(now) {
  const persons = await all("persons");
  for (const person of persons) if (person.claims_until && person.claims_until <= now) await put("persons", withoutClaims(person));
  for (const { digest, until } of await all("seen")) if (until <= now) await remove("seen", digest);
  const used = new Set((await all("persons")).filter(({ submission }) => submission).map(({ source }) => source));
  for (const { digest } of await all("sources")) if (!used.has(digest)) await remove("sources", digest);
}
