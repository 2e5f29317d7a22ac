// Runs the WebAuthn ceremonies. The server makes every option and decides everything.
const decode = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const encode = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

function readOptions(options) {
  options.challenge = decode(options.challenge);
  if (options.user) options.user.id = decode(options.user.id);
  for (const list of [options.excludeCredentials, options.allowCredentials])
    for (const known of list ?? []) known.id = decode(known.id);
  const evaluate = options.extensions?.prf?.eval;
  if (evaluate) evaluate.first = decode(evaluate.first);
  return options;
}

function writeCredential(credential) {
  const { response } = credential;
  const members = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (response[name]) members[name] = encode(response[name]);
  return { id: credential.id, rawId: encode(credential.rawId), type: credential.type, response: members };
}

function readPrf(credential) {
  const prf = credential.getClientExtensionResults().prf;
  const output = prf?.results?.first;
  return { prf: output ? encode(output) : null, prf_enabled: Boolean(prf?.enabled || output) };
}

class Refusal extends Error {}

async function post(form, address, body) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": form.dataset.csrf },
    body: JSON.stringify(body),
  });
  const result = await answer.json();
  if (!answer.ok) throw new Refusal(result.error_description);
  return result;
}

async function register(form) {
  const who = { name: form.elements.name?.value, invitation: form.dataset.invitation };
  const publicKey = readOptions(await post(form, "/passkeys/options", who));
  const credential = await navigator.credentials.create({ publicKey });
  const body = { credential: writeCredential(credential), label: form.elements.label?.value, following: form.dataset.following };
  const result = await post(form, "/passkeys/new", { ...body, ...(form.dataset.prf === "yes" ? readPrf(credential) : {}) });
  if (result.next === "sign_in") return prove(form, "/sign-in");
  if (result.next === "confirm") return prove(form, "/passkeys/confirm");
  return result;
}

async function prove(form, address) {
  const publicKey = readOptions(await post(form, `${address}/options`, {}));
  const credential = await navigator.credentials.get({ publicKey });
  const body = { credential: writeCredential(credential), following: form.dataset.following };
  return post(form, address, { ...body, ...(form.dataset.prf === "yes" ? readPrf(credential) : {}) });
}

function describe(form, error) {
  if (error instanceof Refusal) return error.message;
  if (error.name === "InvalidStateError") return form.dataset.known;
  return error instanceof TypeError ? form.dataset.failed : form.dataset.cancelled;
}

function show(form, message) {
  const problem = form.querySelector(".app-passkey__problem");
  problem.querySelector("p").textContent = message;
  problem.hidden = false;
  problem.focus();
}

for (const form of document.querySelectorAll('[data-module="app-passkey"]')) {
  const button = form.querySelector('button[type="submit"]');
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!window.PublicKeyCredential) return show(form, form.dataset.unsupported);
    button.setAttribute("aria-busy", "true");
    button.disabled = true;
    try {
      const run = form.dataset.ceremony === "register" ? register(form) : prove(form, "/sign-in");
      const { location } = await run;
      window.location.assign(location);
    } catch (error) {
      show(form, describe(form, error));
    }
    button.removeAttribute("aria-busy");
    button.disabled = false;
  });
}
