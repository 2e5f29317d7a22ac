// Keeps the shell, the engine and the sources. The server puts `VERSION` and `LANGUAGES` before this text.
/* global VERSION, LANGUAGES */
const SHELL = `scan-shell-${VERSION}`;
const COPIES = "scan-copies";
const LANGUAGE = "/scan/language";
const SOURCES = "/scan/sources.json";
const PATIENCE = 6000;

async function sha256(response) {
  const digest = await crypto.subtle.digest("SHA-256", await response.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Takes a file only if it is the one the list names: never half of one release, half of another. */
async function store(cache, address, digest) {
  const response = await fetch(address, { cache: "no-cache", redirect: "error" });
  if (!response.ok || (await sha256(response.clone())) !== digest) throw new Error(`not the file expected: ${address}`);
  await cache.put(address, response);
}

async function install() {
  const list = await fetch("/scan/precache.json", { cache: "no-store", redirect: "error" });
  const { files } = await list.json();
  const cache = await caches.open(SHELL);
  await Promise.all(Object.entries(files).map(([address, digest]) => store(cache, address, digest)));
  await openSources(SOURCES); // the page that installs this worker asked for them before it was there
  await self.skipWaiting();
}

async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("scan-shell-") && name !== SHELL).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function remember(language) {
  if (LANGUAGES.includes(language)) await (await caches.open(COPIES)).put(LANGUAGE, new Response(language));
}

async function openShell(url) {
  await remember(url.searchParams.get("lang"));
  const kept = await (await caches.open(COPIES)).match(LANGUAGE);
  const language = kept ? await kept.text() : "en";
  const shell = await (await caches.open(SHELL)).match(`/scan/shell/${language}`);
  return shell ?? fetch(url);
}

async function openSources(request) {
  const copies = await caches.open(COPIES);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    if (answer.ok) await copies.put(SOURCES, answer.clone());
    if (answer.ok || answer.status === 401) return answer;
  } catch {
    // no network: the copy below
  }
  const copy = await copies.match(SOURCES);
  if (!copy) return Response.error();
  const headers = new Headers(copy.headers);
  headers.set("X-Scan-Copy", "1");
  return new Response(copy.body, { status: 200, headers });
}

async function openFile(request) {
  const kept = await (await caches.open(SHELL)).match(request, { ignoreSearch: true });
  return kept ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => event.waitUntil(remember(event.data.language)));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") return url.pathname === "/scan" ? event.respondWith(openShell(url)) : undefined;
  if (url.pathname === SOURCES) return event.respondWith(openSources(event.request));
  if (url.pathname.startsWith("/static/") || url.pathname.startsWith("/scan/")) {
    if (!["/scan/session.json", "/scan/precache.json"].includes(url.pathname)) event.respondWith(openFile(event.request));
  }
});
