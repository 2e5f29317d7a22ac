// What stays on this device, in IndexedDB: settings, cases, persons, sources, and what was seen.
const STORES = { settings: "key", cases: "id", persons: "id", sources: "digest", seen: "digest" };
let opened = null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("esspass-scan", 1);
    request.onupgradeneeded = () => {
      for (const [name, keyPath] of Object.entries(STORES)) request.result.createObjectStore(name, { keyPath });
      request.transaction.objectStore("persons").createIndex("case", "case");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function run(names, mode, act) {
  const transaction = (await open()).transaction(names, mode, { durability: "strict" });
  const request = act(...[names].flat().map((name) => transaction.objectStore(name)));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

export const put = (name, value) => run(name, "readwrite", (store) => void store.put(value));
export const get = (name, key) => run(name, "readonly", (store) => store.get(key));
export const all = (name) => run(name, "readonly", (store) => store.getAll());
export const remove = (name, key) => run(name, "readwrite", (store) => void store.delete(key));
export const personsOf = async (caseId) =>
  (await run("persons", "readonly", (store) => store.index("case").getAll(caseId))).sort((a, b) => a.taken_at - b.taken_at);

/** Keeps a person and, in the same transaction, that what was shown has been seen. */
export const addPerson = (person, seen) =>
  run(["persons", "seen"], "readwrite", (persons, digests) => {
    persons.put(person);
    if (seen) digests.put(seen);
  });

/** Deletes a case and its persons, all or nothing. */
export async function removeCase(id) {
  const persons = await personsOf(id);
  await run(["cases", "persons"], "readwrite", (cases, store) => {
    cases.delete(id);
    for (const person of persons) store.delete(person.id);
  });
}

export const setting = async (key) => (await get("settings", key))?.value ?? null;
export const keep = (key, value) => put("settings", { key, value });
