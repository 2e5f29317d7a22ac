// The verdict on one person: what it is, why, what to compare, what next, and what to answer.
import { button, factList, h, icon, tag } from "./dom.js";
import { writeMrz } from "./icao.js";
import { LOOKS } from "./outcomes.js";
import { age, nameOf } from "./sources-view.js";
import { checks, country, day, describeReason, moment, t } from "./words.js";

const CHECK_LOOKS = { PASSED: "good", FAILED: "bad", INDETERMINATE: "unsure" };
const RULE_LOOKS = { INFO: "info", DOUBT: "unsure", CANNOT_DECIDE: "unknown", NOT_COVERED: "bad", NOT_A_CREDENTIAL: "foreign" };
const QUIET = new Set(["PASSED", "NOT_APPLICABLE", "ASK"]); // what is asked stands above, as a question

function banner(person, words, stale) {
  const { ruling } = person.decision;
  const { title, sentence, next, compare } = words.banner(ruling);
  return h("section", { class: `scan-verdict scan-verdict--${LOOKS[ruling.outcome]}`, "data-outcome": ruling.outcome, "data-reason": ruling.reason, "aria-labelledby": "verdict" },
    h("div", { class: "scan-verdict__icon" }, icon(LOOKS[ruling.outcome])),
    h("div", { class: "scan-verdict__words" },
      h("h1", { class: "scan-verdict__title", id: "verdict" }, title),
      h("p", { class: "scan-verdict__sentence", role: "status" }, sentence),
      stale && h("p", { class: "scan-verdict__next" }, stale),
      compare && h("p", { class: "scan-verdict__next" }, h("strong", {}, t("compare"), " "), compare),
      next && h("p", { class: "scan-verdict__next" }, h("strong", {}, t("next"), " "), next)));
}

function question({ id, text, help, answer }, onAnswer) {
  const choice = (value, label) => h("button", { type: "button", class: "scan-answer", id: `${id}-${value}`, "aria-pressed": String(answer === value), onclick: () => onAnswer(id, answer === value ? null : value) }, label);
  return h("fieldset", { class: "scan-question", "data-question": id },
    h("legend", {}, text ?? id), help && h("p", { class: "govuk-hint" }, help),
    h("div", { class: "scan-answers" }, choice(true, t("yes")), choice(false, t("no"))));
}

/** What rules ask stands open; what one may have reason to ask can be opened. */
function askAll(questions, onAnswer) {
  const [asked, others] = [true, false].map((wish) => questions.filter((each) => each.asked === wish).map((each) => question(each, onAnswer)));
  const more = h("details", { class: "govuk-details" },
    h("summary", { class: "govuk-details__summary" }, h("span", { class: "govuk-details__summary-text" }, t("more_questions"))),
    h("div", { class: "govuk-details__text" }, others));
  return h("section", { class: "scan-questions", "aria-labelledby": "questions" },
    h("h2", { class: "govuk-heading-m", id: "questions" }, t("questions")), asked, others.length ? more : null);
}

function identity({ person, represented }) {
  if (!person) return h("p", { class: "govuk-body" }, t("identity_missing"));
  return [
    h("p", { class: "scan-holder" }, h("span", { class: "scan-holder__name" }, [person.forenames, person.surnames].filter(Boolean).join(" "))),
    factList([[t("icao"), h("code", { class: "scan-mrz" }, writeMrz(person))], [t("born"), person.date_of_birth && day(person.date_of_birth)]]),
    h("p", { class: "govuk-body" }, t(represented ? "identity_represented" : "identity_compare")),
    h("p", { class: "govuk-hint" }, t("identity_hint")),
  ];
}

function card(id, title, ...content) {
  return h("section", { class: "app-card", "aria-labelledby": id }, h("h2", { class: "app-card__title", id }, title), ...content);
}

function period({ starts, ends, open_ended: open }) {
  if (!starts && !ends) return null;
  return `${starts ? day(starts) : "…"} – ${open ? t("until_further_notice") : ends ? day(ends) : "…"}`;
}

export function documentRows(document) {
  const places = (document.places ?? []).map(({ country: code, name, town, street }) => [name, street, town, country(code)].filter(Boolean).join(", "));
  const employers = (document.employers ?? []).map(({ name, id }) => [name, id].filter(Boolean).join(", "));
  return [
    [t("document_number"), document.number],
    [t("institution"), [document.institution?.name, document.institution?.id].filter(Boolean).join(", ")],
    [t(document.kind === "ehic" ? "issuing_country" : "legislation"), (document.legislation ?? document.issuing_country) && country(document.legislation ?? document.issuing_country)],
    [t("period"), period(document)],
    [t("employers"), employers.join("; ")],
    [t("states"), [...(document.states ?? []), ...(document.no_fixed_place ?? [])].filter((each, index, list) => list.indexOf(each) === index).map(country).join(", ")],
    [t("places"), places.join("; ")],
    [t("expires"), document.expires_on && day(document.expires_on)],
  ];
}

function paper(person, onDifference) {
  const field = h("textarea", { class: "govuk-textarea", id: "difference", rows: 2, maxlength: 500 });
  field.value = person.difference ?? "";
  const form = h("div", { hidden: !person.difference },
    h("div", { class: "govuk-form-group" }, h("label", { class: "govuk-label", for: "difference" }, t("difference_label")), field),
    button(t("difference_save"), () => onDifference(field.value.trim()), { look: "secondary", id: "difference-save" }));
  const report = button(t("difference_report"), () => {
    form.hidden = false;
    report.setAttribute("aria-expanded", "true");
    field.focus();
  }, { look: "warning", id: "difference-report", "aria-expanded": String(Boolean(person.difference)) });
  return [h("p", { class: "govuk-body" }, t("paper_question")), report, form];
}

function shown(person, facts, onDifference) {
  const { document } = facts;
  const rows = factList(documentRows(document));
  if (document.medium !== "paper") return card("shown", t("shown"), rows);
  const both = card("shown", t("shown_paper"),
    h("div", { class: "scan-compare" }, h("div", {}, h("h3", { class: "govuk-heading-s" }, t("signed_data")), rows),
      h("div", { class: "scan-compare__paper" }, h("h3", { class: "govuk-heading-s" }, t("your_paper")), ...paper(person, onDifference))));
  both.classList.add("scan-wide");
  return both;
}

function rules(ruling, words) {
  const told = ruling.rules.filter(({ id, outcome }) => !QUIET.has(outcome) && words.belongs(id, ruling.outcome));
  if (!told.length) return null;
  return card("rules", t("rules"), h("ul", { class: "scan-rules" }, told.map(({ id, outcome, reason }) => {
    const found = words.reason(id, reason);
    return h("li", { "data-rule": id, "data-outcome": outcome }, icon(RULE_LOOKS[outcome]),
      h("div", {}, h("p", {}, h("strong", {}, words.ruleQuestion(id)), " ", h("span", { class: "scan-code" }, id)),
        h("p", {}, found?.sentence ?? t(`rule_${outcome}`)), found?.next && h("p", { class: "govuk-hint" }, found.next)));
  })), h("p", { class: "govuk-hint" }, t("rules_version", { version: ruling.version ?? "–" })));
}

function evidence({ findings, sources }, takenAt) {
  return h("details", { class: "govuk-details" },
    h("summary", { class: "govuk-details__summary" }, h("span", { class: "govuk-details__summary-text" }, t("evidence"))),
    h("div", { class: "govuk-details__text" },
      h("ul", { class: "scan-rules" }, findings.map(({ check, outcome, reason }) => h("li", { "data-check": check, "data-outcome": outcome }, icon(CHECK_LOOKS[outcome] ?? "info"),
        h("div", {}, h("p", {}, h("strong", {}, checks[check]?.label ?? check)), h("p", {}, outcome === "PASSED" ? checks[check]?.passed : describeReason(reason)))))),
      factList([[t("checked_at"), moment(takenAt)], [t("sources"), (sources ?? []).map((each) => `${nameOf(each.name)}: ${age(each, takenAt)}`).join("; ")]])));
}

/** Everything about one person; `facts` is null once the claims are erased or never kept. */
export function verdictView({ person, facts, words, stale, onAnswer, onDifference }) {
  const { ruling } = person.decision;
  const questions = facts && ruling.outcome !== "NOT_A_CREDENTIAL" ? words.questions(ruling, person.answers) : [];
  return [
    banner(person, words, stale),
    questions.length ? askAll(questions, onAnswer) : null,
    h("div", { class: "scan-result" },
      facts && ruling.outcome !== "NOT_A_CREDENTIAL" ? card("identity", t("identity"), identity(facts.document)) : null,
      facts && ruling.outcome !== "NOT_A_CREDENTIAL" ? shown(person, facts, onDifference) : null,
      facts ? null : h("p", { class: "govuk-body scan-erased" }, tag(t("erased"), "info")),
      rules(ruling, words)),
    facts ? evidence(person.decision, person.taken_at) : null,
  ];
}
