// Registers the service worker that keeps this page working without a server.
const ADDRESS = "/scan/sw.js";

function trusted(address) {
  if (!window.trustedTypes) return address;
  const policy = window.trustedTypes.createPolicy("esspass-scan", { createScriptURL: (url) => (url === ADDRESS ? url : null) });
  return policy.createScriptURL(address);
}

/** Resolves once the page is kept for use without a server. */
export async function registerWorker(language) {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  await workers.register(trusted(ADDRESS), { scope: "/scan", updateViaCache: "none" });
  await workers.ready;
  if (!workers.controller) await new Promise((resume) => workers.addEventListener("controllerchange", resume, { once: true }));
  workers.controller.postMessage({ language });
  await navigator.storage?.persist?.();
}
