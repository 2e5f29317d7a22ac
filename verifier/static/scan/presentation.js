// By what a presentation is known again.
export async function digestShown(text) {
  return text;
}
