// Who may use this page, also without a network: for as long as the server's session would last.
import { keep, remove, setting } from "./store.js";

const TOLERANCE = 60; // seconds between this clock and the server's

export const now = () => Math.floor(Date.now() / 1000);

/** {behind, by} when the clocks differ; `theirs` in epoch seconds, or null when nobody said. */
export function compareClocks(theirs, ours = now()) {
  if (!theirs || Math.abs(theirs - ours) <= TOLERANCE) return null;
  return { behind: theirs > ours, by: Math.abs(theirs - ours) };
}

async function readKept() {
  const kept = await setting("session");
  if (!kept) return { state: "out" };
  const clock = now() < kept.seen_at - TOLERANCE ? { behind: true, by: kept.seen_at - now() } : kept.clock;
  const over = now() >= kept.until || (clock?.behind && now() < kept.seen_at - TOLERANCE);
  return { ...kept, clock, csrf: null, online: false, state: over ? "over" : "in" };
}

/** Asks the server who is signed in; without a network, what it said last counts until it ends. */
export async function loadSession() {
  let answer;
  try {
    answer = await fetch("/scan/session.json", { headers: { Accept: "application/json" }, cache: "no-store" });
  } catch {
    return readKept();
  }
  if (answer.status === 401) {
    await remove("settings", "session");
    return { state: "out", online: true };
  }
  if (!answer.ok) return readKept();
  const { user, until, csrf, verifier, now: theirs } = await answer.json();
  const clock = compareClocks(theirs);
  await keep("session", { user, until, verifier, clock, seen_at: now() });
  return { state: "in", online: true, user, until, csrf, verifier, clock };
}
