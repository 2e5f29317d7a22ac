// The words of the signed rule set, with the facts of this document filled in.
import { country, day, hasText, locale, t } from "./words.js";

const ISO_DAY = /^\d{4}-\d{2}-\d{2}$/;
const COUNTRY = /^[A-Z]{2}$/;

function say(value) {
  if (value === null || value === undefined) return t("not_shown");
  if (Array.isArray(value)) return value.map(say).join(", ");
  if (typeof value === "object") return value.name ?? value.country ?? "";
  if (ISO_DAY.test(value)) return day(value);
  return COUNTRY.test(value) ? country(value) : String(value);
}

function fill(text, facts) {
  return text.replace(/\{([\w.]+)\}/g, (_, path) => say(path.split(".").reduce((at, name) => at?.[name], facts)));
}

export class RuleTexts {
  /** `ruleSet` is the engine's, verified, or null. */
  constructor(ruleSet, facts) {
    Object.assign(this, { ruleSet, facts, texts: ruleSet?.texts[locale] ?? ruleSet?.texts.en });
  }

  /** {sentence, next, compare} of a rule's reason, or null. */
  reason(rule, reason) {
    const found = this.texts?.rules?.[rule]?.reasons?.[reason];
    return found && Object.fromEntries(Object.entries(found).map(([part, text]) => [part, fill(text, this.facts)]));
  }

  /** {sentence, next} about something that is none of our documents, also without a rule set. */
  submission(reason) {
    const found = this.texts?.submission?.[reason];
    return found ?? (hasText(`foreign_${reason}`) ? { sentence: t(`foreign_${reason}`) } : null);
  }

  outcome(outcome) {
    const found = this.texts?.outcomes?.[outcome];
    return { title: found?.title ?? t(`outcome_${outcome}`), sentence: fill(found?.sentence ?? t(`sentence_${outcome}`), this.facts) };
  }

  /** What stands in the banner: title, why, what to compare, what to do next. */
  banner({ outcome, rule, reason }) {
    const general = this.outcome(outcome);
    const own = rule ? this.reason(rule, reason) : this.submission(reason);
    return { title: general.title, sentence: own?.sentence ?? general.sentence, next: own?.next ?? t(`next_${outcome}`), compare: own?.compare ?? null };
  }

  /** Whether a rule's note is worth reading beside this outcome. */
  belongs(rule, outcome) {
    return this.ruleSet?.rules.find(({ id }) => id === rule)?.showWith.includes(outcome) ?? true;
  }

  ruleQuestion(rule) {
    const text = this.texts?.rules?.[rule]?.question;
    return text ? fill(text, this.facts) : rule;
  }

  /** Questions only a person can answer; `asked` are those that rules ask now, or that were answered. */
  questions(ruling, answers) {
    const outcomes = new Map(ruling.rules.map(({ id, outcome }) => [id, outcome]));
    return (this.ruleSet?.questions ?? [])
      .filter(({ rule }) => (outcomes.get(rule) ?? "NOT_APPLICABLE") !== "NOT_APPLICABLE")
      .map(({ id, rule }) => {
        const answer = answers[id] ?? null;
        return { id, ...this.texts?.questions?.[id], answer, asked: answer !== null || outcomes.get(rule) === "ASK" };
      });
  }
}
