// Resolves what pages import as the verifier's server does: the kernel's static files appear below
// /static/esspass/, the verifier's own below /static/.
const ROOT = new URL("../../../", import.meta.url).href;
const PLACES = [
  ["file:///static/esspass/", `${ROOT}esspass/web/static/`],
  ["file:///static/", `${ROOT}verifier/static/`],
  [`${ROOT}verifier/static/esspass/`, `${ROOT}esspass/web/static/`],
];

export function resolve(specifier, context, nextResolve) {
  const isPath = /^(?:\.{0,2}\/)/.test(specifier) && context.parentURL;
  const url = isPath ? new URL(specifier, context.parentURL).href : specifier;
  const [served, kept] = PLACES.find(([start]) => url.startsWith(start)) ?? ["", ""];
  return nextResolve(kept + url.slice(served.length), context);
}

export async function load(url, context, nextLoad) {
  // The repository has no package.json that would call these files modules.
  return nextLoad(url, url.endsWith(".js") ? { ...context, format: "module" } : context);
}
