// The engine's decision about one scanned text, with what this device knows of the same person.
import { decide } from "../decision/decide.js";
import { all } from "./store.js";
import { now } from "./session.js";

const MEDIA = { "ESD1:": "paper" };

export const createSubmission = (text, purpose) => ({ medium: MEDIA[text.slice(0, 5)] ?? "qr", text, pid: null, purpose });

export const situationOf = ({ kind, country, date, until, place, employer, provider }) => ({ kind, country, date, until, employer, place, provider });

const isSame = (one, other) => ["surnames", "forenames", "date_of_birth"].every((name) => one[name] && one[name] === other[name]);

async function historyOf(person, document) {
  if (!document.person) return [];
  const earlier = (await all("persons")).filter(({ id, facts }) => id !== person && facts?.document.person && isSame(facts.document.person, document.person));
  const history = earlier.map(({ facts: { document: { number, starts, ends, states, employers } } }) => ({ number, starts, ends, states, employers }));
  return history.filter(({ number }, index) => number !== document.number && history.findIndex((each) => each.number === number) === index);
}

/** Decides on `person.submission`; gives {decision, history}. */
export async function judge({ person, sources, inspection }) {
  const seen = (await all("seen")).filter((each) => each.person !== person.id).map(({ digest }) => digest);
  const question = { sources, submission: person.submission, situation: situationOf(inspection), answers: person.answers, now: person.taken_at ?? now(), seen: new Set(seen) };
  const decision = await decide({ ...question, history: [] });
  const history = await historyOf(person.id, decision.facts.document);
  return { history, decision: history.length ? await decide({ ...question, history }) : decision };
}

/** The engine's list of sources, with the age of each. */
export async function describeSources(sources, at) {
  const situation = { kind: "work", country: "EU", date: "2000-01-01", until: null, employer: null, place: null, provider: null };
  const { sources: described } = await decide({ sources, submission: createSubmission("", ""), situation, answers: {}, now: at, history: [], seen: new Set() });
  return described;
}
