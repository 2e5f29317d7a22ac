// By what a code is known again: the digest of the one proof of possession in it.
import { createDigest } from "../decision/bytes.js";
import { MalformedError } from "../decision/errors.js";
import { readQrText } from "../decision/qr.js";

/** As the engine's `seen` holds it; null for paper, which anybody may show again. */
export async function digestShown(text) {
  try {
    const { kind, presentation } = await readQrText(text);
    return kind === "presentation" ? await createDigest(presentation.slice(presentation.lastIndexOf("~") + 1)) : null;
  } catch (error) {
    if (error instanceof MalformedError) return null;
    throw error;
  }
}
