// Builds elements; text only ever becomes text.
const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  good: [["circle", { cx: 16, cy: 16, r: 15, fill: "currentColor" }], ["path", { d: "M8.5 16.5l5 5 10-11" }]],
  bad: [["path", { d: "M10.2 1h11.6L31 10.2v11.6L21.8 31H10.2L1 21.8V10.2z", fill: "currentColor" }], ["path", { d: "M10.5 10.5l11 11m0-11l-11 11" }]],
  unsure: [["path", { d: "M16 2.2 31 29H1z", fill: "currentColor" }], ["path", { d: "M16 11v9m0 4.4v.2" }]],
  unknown: [["circle", { cx: 16, cy: 16, r: 15, fill: "currentColor" }], ["path", { d: "M11.5 12.5a4.5 4.5 0 1 1 6.6 4c-1.6.9-2.1 1.7-2.1 3.2m0 4.5v.2" }]],
  foreign: [["rect", { x: 3, y: 3, width: 26, height: 26, rx: 4, fill: "currentColor" }], ["path", { d: "M7 25 25 7" }]],
  info: [["rect", { x: 1, y: 1, width: 30, height: 30, rx: 8, fill: "currentColor" }], ["path", { d: "M16 15v9m0-15.2v.2" }]],
};

/** An element: `h("p", {class: "a", onclick: f}, "text", child)`; null children are left out. */
export function h(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && typeof value === "boolean") element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function svg(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

export function icon(kind) {
  const [back, front] = ICONS[kind];
  const stroke = { fill: "none", stroke: "#fff", "stroke-width": 3.5, "stroke-linecap": "round", "stroke-linejoin": "round" };
  return svg(
    "svg", { viewBox: "0 0 32 32", class: `app-icon app-icon--${kind}`, "aria-hidden": "true", focusable: "false" },
    svg(back[0], back[1]), svg(front[0], { ...stroke, ...front[1] }),
  );
}

export function button(text, onclick, { look = "", ...properties } = {}) {
  return h("button", { type: "button", class: `govuk-button ${look && `govuk-button--${look}`}`, onclick, ...properties }, text);
}

/** A term and its value, as the pages of the server show them; rows without a value are left out. */
export function factList(rows) {
  const shown = rows.filter(([, value]) => value !== null && value !== undefined && value !== "" && value.length !== 0);
  return h("dl", { class: "app-claims__list" }, shown.map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value))));
}

export function tag(text, kind) {
  return h("strong", { class: `app-tag app-tag--${kind}` }, icon(kind), text);
}

/** Gives a region its content and, with `focus`, moves the reader to its first heading. */
export function replace(region, content, { focus = false } = {}) {
  region.replaceChildren(...[content].flat().filter(Boolean));
  if (!focus) return;
  const heading = region.querySelector("h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
  window.scrollTo(0, 0);
}
