// Decides every person of a case file anew and says where that differs from what the file holds.
import { decide, openSources } from "/static/decision/decide.js";

const UNNAMED = ["purpose", "legal_basis"]; // of the case, but not of its situation
const SEVERE = ["NOT_A_CREDENTIAL", "NOT_COVERED", "CANNOT_DECIDE", "DOUBT"];
const MAX_DIFFERENCES = 20;
const OPENED = new Map();

/** Return `{id, outcome, differences}` of each person; `tokens` are those kept beside the file. */
export async function recompute(file, tokens, specs) {
  const said = Object.entries(file.case).filter(([name]) => !UNNAMED.includes(name));
  const situation = Object.fromEntries(said);
  const known = { ...tokens, ...file.tokens };
  const results = [];
  for (const [position, person] of file.persons.entries()) {
    const { submission, answers, history, seen, taken_at: now } = person;
    const sources = await openOnce(file.sources[person.source], known);
    const given = { sources, specs, submission, situation, answers, history, seen, now };
    const decision = await decide(given);
    const { outcome } = decision.ruling;
    const where = `persons[${position}].decision`;
    const differences = [...compare(person.decision, hidePerson(decision), where)];
    differences.push(...(file.expected ? disappoint(file.expected, decision.ruling) : []));
    results.push({ id: person.id, outcome, differences: differences.slice(0, MAX_DIFFERENCES) });
  }
  return results;
}

async function openOnce(bundle, tokens) {
  const name = JSON.stringify(bundle);
  if (!OPENED.has(name)) {
    OPENED.set(name, await openSources(bundle, tokens));
  }
  return OPENED.get(name);
}

function hidePerson(decision) {
  const document = { ...decision.facts.document, person: null };
  return { ...decision, facts: { ...decision.facts, document } };
}

function* compare(one, other, path) {
  const nested = [one, other].every((value) => typeof value === "object" && value !== null);
  if (!nested || Array.isArray(one) !== Array.isArray(other)) {
    if (one !== other) {
      yield path;
    }
    return;
  }
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  for (const name of names) {
    yield* compare(
      one[name],
      other[name],
      Array.isArray(one) ? `${path}[${name}]` : `${path}.${name}`,
    );
  }
}

/** Yield what a case of the corpus expects in vain. */
function* disappoint({ outcome, reasons, notes = [] }, ruling) {
  const severe = ruling.rules.filter((result) => SEVERE.includes(result.outcome));
  const found = severe.map(({ id, reason }) => [id, reason]);
  const against = found.length || !ruling.reason ? found : [["", ruling.reason]];
  if (outcome !== ruling.outcome) {
    yield `expected ${outcome}, found ${ruling.outcome}`;
  }
  if (JSON.stringify(reasons) !== JSON.stringify(against)) {
    yield `expected ${JSON.stringify(reasons)}, found ${JSON.stringify(against)}`;
  }
  const noted = ruling.rules.map(({ id, reason }) => JSON.stringify([id, reason]));
  for (const note of notes.filter((each) => !noted.includes(JSON.stringify(each)))) {
    yield `expected the note ${note}`;
  }
}
