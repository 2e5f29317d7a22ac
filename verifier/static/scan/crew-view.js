// The crew: everybody checked in this inspection, counted and filtered by outcome.
import { button, h, icon } from "./dom.js";
import { LOOKS, OUTCOMES } from "./outcomes.js";
import { moment, t } from "./words.js";

const STATES = { pending: "sync_pending", sent: "sync_sent", local: "sync_local", refused: "sync_refused" };

function filterButton(outcome, count, chosen, onFilter) {
  const label = outcome ? t(`outcome_${outcome}`) : t("everybody");
  return h("button", { type: "button", class: "scan-filter", "aria-pressed": String(chosen === outcome), "data-outcome": outcome, onclick: () => onFilter(outcome) },
    outcome ? icon(LOOKS[outcome]) : null, h("span", {}, label), h("strong", { class: "scan-filter__count" }, String(count)));
}

function row(person, onOpen) {
  const { outcome } = person.decision.ruling;
  return h("li", { class: `scan-person scan-person--${LOOKS[outcome]}`, "data-outcome": outcome, "data-state": person.state },
    h("span", { class: "scan-person__icon" }, icon(LOOKS[outcome])),
    h("button", { type: "button", class: "scan-person__open", onclick: () => onOpen(person) },
      h("span", { class: "scan-person__name" }, person.name ?? t("no_name")),
      h("span", { class: "scan-person__outcome" }, t(`outcome_${outcome}`))),
    h("span", { class: "scan-person__when" }, moment(person.taken_at), " · ", t(STATES[person.state]),
      person.difference ? ` · ${t("difference_noted")}` : ""));
}

export function crewView(persons, { filter, onFilter, onOpen, onExport, onSync, pending }) {
  const counts = Object.fromEntries(OUTCOMES.map((each) => [each, persons.filter(({ decision }) => decision.ruling.outcome === each).length]));
  const shown = persons.filter(({ decision }) => !filter || decision.ruling.outcome === filter).reverse();
  return h("section", { class: "scan-crew", "aria-labelledby": "crew-title" },
    h("h2", { class: "govuk-heading-m", id: "crew-title" }, t("crew"), " ", h("span", { class: "scan-crew__count" }, String(persons.length))),
    persons.length
      ? [h("div", { class: "scan-filters", role: "group", "aria-label": t("filter") },
          filterButton("", persons.length, filter, onFilter),
          OUTCOMES.filter((each) => counts[each]).map((each) => filterButton(each, counts[each], filter, onFilter))),
        h("ol", { class: "scan-persons" }, shown.map((person) => row(person, onOpen))),
        h("div", { class: "govuk-button-group" },
          button(t("export"), onExport, { look: "secondary", id: "export" }),
          pending ? button(t("send_now", { count: pending }), onSync, { look: "secondary", id: "send" }) : null)]
      : h("p", { class: "scan-crew__empty" }, t("crew_empty")));
}
