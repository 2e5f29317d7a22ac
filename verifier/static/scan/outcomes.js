// The five outcomes of a ruling: their order, their looks, how the telephone shakes.
export const OUTCOMES = ["COVERED", "NOT_COVERED", "DOUBT", "CANNOT_DECIDE", "NOT_A_CREDENTIAL"];
export const LOOKS = { COVERED: "good", NOT_COVERED: "bad", DOUBT: "unsure", CANNOT_DECIDE: "unknown", NOT_A_CREDENTIAL: "foreign" };
const SHAKES = { COVERED: [80], NOT_COVERED: [250, 100, 250], DOUBT: [120, 80, 120], CANNOT_DECIDE: [120, 80, 120], NOT_A_CREDENTIAL: [400] };
const TONES = { COVERED: 880, NOT_COVERED: 220, DOUBT: 440, CANNOT_DECIDE: 440, NOT_A_CREDENTIAL: 160 };

/** Shakes where the device can, and sounds where the inspector wants it. */
export function signal(outcome, sound) {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(SHAKES[outcome]);
  if (!sound) return;
  const context = new AudioContext();
  const tone = new OscillatorNode(context, { frequency: TONES[outcome] });
  tone.connect(new GainNode(context, { gain: 0.2 })).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + 0.18);
  tone.onended = () => context.close();
}

/** What is none of our documents, so that no rule ran: named on the spot, and the camera goes on. */
export const isForeign = ({ outcome, rules }) => outcome === "NOT_A_CREDENTIAL" && rules.length === 0;
