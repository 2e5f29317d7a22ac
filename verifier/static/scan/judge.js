// The engine's decision about one scanned text, with what this device knows of the same person.
import { decide } from "../decision/decide.js";
import { digestShown } from "./presentation.js";
import { all } from "./store.js";

const SPECS = fetch("/scan/specs.json").then((answer) => answer.json());

export const createSubmission = (text, purpose) => ({ medium: text.startsWith("ESD1:") ? "paper" : "qr", text, binding: null, pid: null, purpose });

export const situationOf = ({ kind, country, date, until, place, employer, provider }) => ({ kind, country, date, until, employer, place, provider });

const isSame = (one, other) => ["surnames", "forenames", "date_of_birth"].every((name) => one[name] && one[name] === other[name]);

async function historyOf(person, document) {
  if (!document.person) return [];
  const earlier = (await all("persons")).filter(({ id, facts }) => id !== person && facts?.document.person && isSame(facts.document.person, document.person));
  const history = earlier.map(({ facts: { document: { number, starts, ends, states, employers } } }) => ({ number, starts, ends, states, employers }));
  return history.filter(({ number }, index) => number !== document.number && history.findIndex((each) => each.number === number) === index);
}

/** Whether this very code was shown for somebody else: all that a decision needs of what was seen. */
async function findSeen(person) {
  const digest = await digestShown(person.submission.text);
  return (await all("seen")).filter((each) => each.digest === digest && each.person !== person.id).map((each) => each.digest);
}

/** Decides on `person.submission`; gives {decision, history, seen}. */
export async function judge({ person, sources, inspection }) {
  const seen = await findSeen(person);
  const question = {
    sources, submission: person.submission, situation: situationOf(inspection), answers: person.answers,
    now: person.taken_at, seen: new Set(seen), specs: await SPECS,
  };
  const decision = await decide({ ...question, history: [] });
  const history = await historyOf(person.id, decision.facts.document);
  return { history, seen, decision: history.length ? await decide({ ...question, history }) : decision };
}
