// The inspections kept on this device, and the page for whom is not signed in.
import { describeCase } from "./case-bar.js";
import { button, h, icon } from "./dom.js";
import { t } from "./words.js";

function entry({ inspection, persons }, { onOpen, onExport, onDelete }) {
  const [purpose, ...rest] = describeCase(inspection);
  const waiting = persons.filter(({ state }) => state === "pending").length;
  const ask = h("div", { hidden: true, class: "app-flash app-flash--bad" }, icon("bad"), h("div", {}, h("p", {}, t("delete_sure")),
    button(t("delete_yes"), () => onDelete(inspection), { look: "warning" })));
  return h("li", { class: "app-card scan-entry" },
    h("h2", { class: "app-card__title" }, purpose), h("p", { class: "govuk-body" }, rest.join(" · ")),
    h("p", { class: "govuk-body" }, t("persons_checked", { count: persons.length }), waiting ? ` · ${t("persons_waiting", { count: waiting })}` : ""),
    h("div", { class: "govuk-button-group" },
      button(t("go_on"), () => onOpen(inspection), { class: "govuk-button scan-go-on" }),
      button(t("export"), () => onExport(inspection), { look: "secondary" }),
      button(t("delete"), () => { ask.hidden = false; ask.querySelector("button").focus(); }, { look: "secondary", class: "govuk-button govuk-button--secondary scan-delete" })), ask);
}

export function casesView(cases, actions) {
  return [h("h1", { class: "govuk-heading-l" }, t("cases")),
    h("p", { class: "govuk-body" }, t("cases_hint")),
    button(t("new_case"), actions.onNew, { id: "new" }),
    h("ul", { class: "scan-entries" }, cases.map((each) => entry(each, actions)))];
}

export function lockedView({ state, online }) {
  return h("section", { class: "app-card app-card--welcome app-narrow" },
    h("h1", { class: "govuk-heading-l" }, t("locked")),
    h("p", { class: "govuk-body" }, t(state === "over" ? "locked_over" : "locked_out")),
    online ? null : h("p", { class: "govuk-body" }, t("locked_offline")),
    h("a", { class: "govuk-button", href: "/sign-in?next=/scan", role: "button", draggable: "false" }, t("sign_in")));
}
