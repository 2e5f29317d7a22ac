// Codes that come without the camera: a hardware scanner that types, pasted text, dropped files.
const GAP = 80; // milliseconds between two characters; no person types so fast
const SHORTEST = 8;
const DIGITS = [")", "!", "@", "#", "$", "%", "^", "&", "*", "("];
const OTHERS = { Space: "  ", Minus: "-_", Equal: "=+", Period: ".>", Slash: "/?", Semicolon: ";:", Quote: "'\"", Comma: ",<" };

/** What the key says on the US layout that scanners type in, whatever layout the computer has. */
function readKey({ key, code, shiftKey, getModifierState }, event) {
  if (/^[\x20-\x7e]$/.test(key)) return key;
  const upper = shiftKey || getModifierState.call(event, "CapsLock");
  if (code.startsWith("Key")) return upper ? code.slice(3) : code.slice(3).toLowerCase();
  if (code.startsWith("Digit")) return shiftKey ? DIGITS[+code.slice(5)] : code.slice(5);
  return OTHERS[code]?.[shiftKey ? 1 : 0] ?? "";
}

const isField = (element) => element.matches?.("input, textarea, select, [contenteditable]") ?? false;

/** Calls `onText` with what a scanner typed, `onKey` with an Enter that ends nothing. */
export function listenToScanner(onText, onKey) {
  let typed = "";
  let last = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const burst = typed !== "" && event.timeStamp - last < GAP;
    last = event.timeStamp;
    if (event.key === "Enter") {
      const text = burst ? typed : "";
      typed = "";
      if (text.length >= SHORTEST && !isField(event.target)) {
        event.preventDefault();
        return onText(text);
      }
      if (event.target === document.body || event.target.matches("h1")) onKey(event);
      return;
    }
    if (isField(event.target) || event.key === "Shift" || event.key === "CapsLock") return;
    const character = readKey(event, event);
    if (!character) return;
    typed = burst ? typed + character : character;
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
