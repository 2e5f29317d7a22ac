// Codes that come without the camera: a hardware scanner that types, pasted text, dropped files.
const GAP = 80; // milliseconds between two characters; no person types so fast
const SHORTEST = 8;
const CODE = /^(ES[PDF]1|HC1):/;
const DIGITS = [")", "!", "@", "#", "$", "%", "^", "&", "*", "("];
const OTHERS = { Space: "  ", Minus: "-_", Equal: "=+", Period: ".>", Slash: "/?", Semicolon: ";:", Quote: "'\"", Comma: ",<" };

/** What the key is on the US layout, as which most scanners type, whatever layout the computer has. */
function readCode({ key, code, shiftKey }, capsLock) {
  if (code.startsWith("Key")) return shiftKey !== capsLock ? code.slice(3) : code.slice(3).toLowerCase();
  if (code.startsWith("Digit")) return shiftKey ? DIGITS[+code.slice(5)] : code.slice(5);
  return OTHERS[code]?.[shiftKey ? 1 : 0] ?? (key.length === 1 ? key : "");
}

/** Of a burst as the layout has it and as US keys have it, the one that is a code. */
const choose = (typed, us) => (!CODE.test(typed) && CODE.test(us) ? us : typed);

const isField = (element) => element.matches?.("input, textarea, select, [contenteditable]") ?? false;

/** Calls `onText` with what a scanner typed, `onKey` with an Enter that ends nothing. */
export function listenToScanner(onText, onKey) {
  let typed = "";
  let us = "";
  let last = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const burst = us !== "" && event.timeStamp - last < GAP;
    last = event.timeStamp;
    if (event.key === "Enter") {
      const text = burst ? choose(typed, us) : "";
      typed = us = "";
      if (text.length >= SHORTEST && !isField(event.target)) {
        event.preventDefault();
        return onText(text);
      }
      if (event.target === document.body || event.target.matches("h1")) onKey(event);
      return;
    }
    const character = readCode(event, event.getModifierState("CapsLock"));
    if (isField(event.target) || !character) return;
    if (!burst) typed = us = "";
    us += character;
    typed += event.key.length === 1 ? event.key : "";
    if (burst) event.preventDefault(); // a space would press the button that has the focus
  });
}

/** Calls `onText` or `onFile` with what is pasted or dropped anywhere but in a field. */
export function listenToPaste(onText, onFile) {
  document.addEventListener("paste", (event) => {
    if (isField(event.target)) return;
    const [file] = event.clipboardData.files;
    const text = event.clipboardData.getData("text/plain").trim();
    if (file) onFile(file);
    else if (text) onText(text);
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    if (file) onFile(file);
  });
}
