// The set-up of an inspection, asked once: why, on which ground, where, when, at whose site.
import { button, h, icon } from "./dom.js";
import { country, locale, settings, t, today } from "./words.js";

const HOURS = [1, 8, 24, 168];
const PAUSES = [5, 10, 20, 0];

const hintId = (id, hint) => (hint ? `${id}-hint` : null);

function group(id, label, field, hint) {
  return h("div", { class: "govuk-form-group", id: `${id}-group` },
    h("label", { class: "govuk-label", for: id }, label),
    hint && h("div", { class: "govuk-hint", id: `${id}-hint` }, hint), field);
}

function input(id, label, value, { hint, ...properties } = {}) {
  return group(id, label, h("input", { class: "govuk-input", id, name: id, value: value ?? "", autocomplete: "off", "aria-describedby": hintId(id, hint), ...properties }), hint);
}

function select(id, label, options, value, { hint, onchange } = {}) {
  const field = h("select", { class: "govuk-select", id, name: id, onchange, "aria-describedby": hintId(id, hint) },
    options.map(([key, text]) => h("option", { value: key, selected: String(key) === String(value) }, text)));
  return group(id, label, field, hint);
}

function radios(name, legend, options, value, onchange) {
  return h("div", { class: "govuk-form-group" }, h("fieldset", { class: "govuk-fieldset" },
    h("legend", { class: "govuk-fieldset__legend govuk-fieldset__legend--s" }, legend),
    h("div", { class: "govuk-radios govuk-radios--inline" }, options.map(([key, text]) =>
      h("div", { class: "govuk-radios__item" },
        h("input", { class: "govuk-radios__input", type: "radio", name, id: `${name}-${key}`, value: key, checked: key === value, onchange }),
        h("label", { class: "govuk-label govuk-radios__label", for: `${name}-${key}` }, text))))));
}

function checkbox(id, label, checked, hint) {
  return h("div", { class: "govuk-form-group govuk-checkboxes" }, h("div", { class: "govuk-checkboxes__item" },
    h("input", { class: "govuk-checkboxes__input", type: "checkbox", id, name: id, value: "1", checked, "aria-describedby": hintId(id, hint) }),
    h("label", { class: "govuk-label govuk-checkboxes__label", for: id }, label),
    hint && h("div", { class: "govuk-hint govuk-checkboxes__hint", id: `${id}-hint` }, hint)));
}

const countries = () => settings.countries.map((code) => [code, country(code)]).sort(([, a], [, b]) => a.localeCompare(b, locale));
const purposesOf = (kind) => settings.purposes.filter((each) => each.kind === kind);

function defaults(last) {
  const kind = last?.kind ?? settings.kind;
  return { kind, purpose: purposesOf(kind)[0].id, country: settings.country, provider: "statutory", keep_hours: settings.keep_hours, pause: 10, ...last, date: today(), until: null };
}

function fields(values, rerender) {
  const work = values.kind === "work";
  const purpose = purposesOf(values.kind).find(({ id }) => id === values.purpose) ?? purposesOf(values.kind)[0];
  return [
    radios("kind", t("kind"), [["work", t("kind_work")], ["care", t("kind_care")]], values.kind, rerender),
    select("purpose", t("purpose"), purposesOf(values.kind).map(({ id, name }) => [id, name]), purpose.id, { hint: t("legal_basis", { law: purpose.legal_basis }), onchange: rerender }),
    select("country", t(work ? "country_work" : "country_care"), countries(), values.country),
    h("div", { class: "scan-pair" },
      input("date", t(work ? "date_work" : "date_care"), values.date, { type: "date", required: true }),
      input("until", t("until"), values.until, { type: "date" })),
    input("place", t(work ? "place_work" : "place_care"), values.place, { maxlength: 80 }),
    work && h("div", { class: "scan-pair" },
      input("employer_name", t("employer_name"), values.employer?.name, { maxlength: 200 }),
      input("employer_id", t("employer_id"), values.employer?.id, { maxlength: 50 })),
    !work && radios("provider", t("provider"), [["statutory", t("provider_statutory")], ["private", t("provider_private")]], values.provider),
    checkbox("verdict_only", t("verdict_only"), values.verdict_only, t("verdict_only_hint")),
    h("details", { class: "govuk-details" },
      h("summary", { class: "govuk-details__summary" }, h("span", { class: "govuk-details__summary-text" }, t("more_settings"))),
      h("div", { class: "govuk-details__text" },
        select("keep_hours", t("keep_hours"), HOURS.filter((each) => each <= settings.most_hours).map((each) => [each, t(`hours_${each}`)]), values.keep_hours, { hint: t("keep_hours_hint") }),
        select("pause", t("pause_setting"), PAUSES.map((each) => [each, t(`pause_${each}`)]), values.pause),
        checkbox("sound", t("sound"), values.sound))),
  ];
}

function read(form) {
  const data = new FormData(form);
  const text = (name) => (data.get(name) ?? "").trim().replace(/\s+/g, " ") || null;
  const employer = { name: text("employer_name"), id: text("employer_id") };
  return {
    kind: data.get("kind"), purpose: data.get("purpose"), country: data.get("country"),
    date: text("date"), until: text("until"), place: text("place"),
    employer: employer.name || employer.id ? employer : null, provider: data.get("provider"),
    verdict_only: data.has("verdict_only"), sound: data.has("sound"),
    keep_hours: Number(data.get("keep_hours")), pause: Number(data.get("pause")),
  };
}

/** Names what is missing or impossible, by the id of its field. */
function findErrors({ date, until }) {
  if (!date) return { date: t("date_missing") };
  return until && until < date ? { until: t("until_before_date") } : {};
}

function showErrors(form, errors) {
  form.querySelectorAll(".govuk-error-message, .govuk-error-summary").forEach((each) => each.remove());
  for (const [id, message] of Object.entries(errors)) {
    const field = form.querySelector(`#${id}`);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", `${id}-error`);
    field.before(h("p", { class: "govuk-error-message", id: `${id}-error` }, message));
  }
  const links = Object.entries(errors).map(([id, message]) => h("li", {}, h("a", { href: `#${id}` }, message)));
  const summary = h("div", { class: "govuk-error-summary", role: "alert", tabindex: "-1" },
    h("h2", { class: "govuk-error-summary__title" }, t("problem")),
    h("ul", { class: "govuk-list govuk-error-summary__list" }, links));
  form.prepend(summary);
  summary.focus();
}

/** The form; `onDone` gets the settings of the case, its purpose and legal basis spelled out. */
export function setupView({ values: given, editing, onDone, onCancel }) {
  const form = h("form", { class: "scan-setup app-card", novalidate: true });
  const body = h("div");
  const render = (values) => {
    const focused = document.activeElement.id;
    body.replaceChildren(...fields(values, () => render(read(form))).filter(Boolean));
    if (focused) body.querySelector(`#${focused}`)?.focus();
  };
  render(editing ? given : defaults(given));
  form.append(body, h("div", { class: "govuk-button-group" },
    h("button", { type: "submit", class: "govuk-button scan-big", id: "begin" }, t(editing ? "save" : "begin")),
    onCancel && button(t("cancel"), onCancel, { look: "secondary" })));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const values = read(form);
    const errors = findErrors(values);
    if (Object.keys(errors).length) return showErrors(form, errors);
    const purpose = settings.purposes.find(({ id }) => id === values.purpose);
    onDone({ ...values, purpose: purpose.id, legal_basis: purpose.legal_basis });
  });
  return [h("h1", { class: "govuk-heading-l" }, t(editing ? "change_setup" : "setup_title")),
    h("p", { class: "govuk-body" }, icon("info"), " ", t("setup_hint")), form];
}
