// How old everything is that verdicts rest on, and whether this device's clock can be right.
import { button, h, icon, tag } from "./dom.js";
import { ago, describeReason, hasText, moment, t } from "./words.js";

const LOOKS = { FRESH: "good", GRACE: "unsure", EXPIRED: "unknown" };

/** What a source is called; any address is that of a status list. */
export const nameOf = (name) => (hasText(`source_${name}`) ? t(`source_${name}`) : t("source_status"));

/** How long before a time it was issued, and when it was fetched. */
export function age({ issued_at: issued, fetched_at: fetched }, now) {
  return [issued && t("issued_ago", { ago: ago(now - issued) }), fetched && t("as_of", { moment: moment(fetched) })].filter(Boolean).join(" · ");
}

function line(source, problem, now) {
  const look = LOOKS[source.freshness] ?? "unknown";
  return h("li", { class: "scan-source", "data-source": source.name, "data-freshness": source.freshness },
    h("span", { class: "scan-source__name" }, nameOf(source.name)), tag(t(`freshness_${source.freshness in LOOKS ? source.freshness : "EXPIRED"}`), look),
    h("span", { class: "scan-source__age" }, age(source, now), problem ? ` · ${describeReason(problem)}` : ""));
}

/** The worst there is among the sources: what the short line says. */
export function worstFreshness(described) {
  const order = ["EXPIRED", "GRACE", "FRESH"];
  return described.length ? order.find((each) => described.some(({ freshness }) => freshness === each)) ?? "EXPIRED" : "EXPIRED";
}

function clockNote(clock) {
  if (!clock) return null;
  return h("div", { class: "app-flash app-flash--unsure", role: "alert", id: "clock" }, icon("unsure"),
    h("p", {}, t(clock.behind ? "clock_behind" : "clock_ahead", { by: ago(Math.max(60, clock.by)) })));
}

/** `described` are the engine's sources; `online` says whether the newest load came from the server. */
export function sourcesCard({ described, problems, online, loadedAt, clock, now, onRefresh, open }) {
  const worst = worstFreshness(described);
  return h("section", { class: "scan-sources", "aria-labelledby": "sources-title", "data-freshness": worst },
    clockNote(clock),
    h("details", { class: "app-card scan-sources__card", open },
      h("summary", {}, h("h2", { class: "scan-sources__title", id: "sources-title" }, t("sources")),
        tag(t(`freshness_${worst}`), LOOKS[worst]),
        h("span", { class: "scan-sources__line" }, loadedAt ? t("as_of", { moment: moment(loadedAt) }) : t("never_loaded"), " · ", t(online ? "online" : "offline"))),
      h("ul", { class: "scan-sources__list" }, described.map((source) => line(source, problems[source.name], now))),
      worst === "FRESH" ? null : h("p", { class: "govuk-body" }, t("sources_advice"))),
    button(t("refresh"), onRefresh, { look: "secondary", id: "refresh", class: "scan-quiet" }));
}
