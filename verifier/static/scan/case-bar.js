// One line that says in which inspection one is, and whether it has reached the server.
import { button, h } from "./dom.js";
import { country, day, settings, t } from "./words.js";

export function describeCase(each) {
  const purpose = settings.purposes.find(({ id }) => id === each.purpose)?.name.split(":")[0] ?? "";
  const dates = each.until ? `${day(each.date)} – ${day(each.until)}` : day(each.date);
  return [purpose, country(each.country), dates, each.place, each.employer?.name].filter(Boolean);
}

export function caseBar(each, { onChange, onCases }) {
  return h("section", { class: "scan-case", "aria-label": t("this_case") },
    h("p", { class: "scan-case__words" }, describeCase(each).map((part, index) => [index ? " · " : "", index ? part : h("strong", {}, part)]).flat()),
    h("div", { class: "scan-case__actions" },
      button(t("change"), onChange, { look: "secondary", class: "scan-quiet" }),
      button(t("all_cases"), onCases, { look: "secondary", class: "scan-quiet" })));
}
