// Resolves what the verifier's pages import as their server does: the kernel's static files appear
// below /static/esspass/, the verifier's own below /static/.

const KERNEL = new URL("../../../esspass/web/static/", import.meta.url).href;
const APPEARS = new URL("../../../verifier/static/esspass/", import.meta.url).href;

export function resolve(specifier, context, nextResolve) {
  const relative = specifier.startsWith(".") && context.parentURL;
  const url = relative ? new URL(specifier, context.parentURL).href : specifier;
  return nextResolve(url.startsWith(APPEARS) ? KERNEL + url.slice(APPEARS.length) : url, context);
}

export async function load(url, context, nextLoad) {
  // The repository has no package.json that would call these files modules.
  return nextLoad(url, url.endsWith(".js") ? { ...context, format: "module" } : context);
}

