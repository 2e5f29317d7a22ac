// node --import ./register.mjs run_corpus.mjs FOLDER SPECS: decides every case of a corpus
// (FOLDER/cases/*.json, FOLDER/tokens.json), says which come out otherwise, and exits 0 or 1.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { recompute } from "./recompute.mjs";

const [folder, specsFile] = process.argv.slice(2);
const read = (...path) => JSON.parse(readFileSync(join(...path), "utf-8"));
const [specs, tokens] = [read(specsFile), read(folder, "tokens.json")];
let [run, bad] = [0, 0];
for (const name of readdirSync(join(folder, "cases")).sort()) {
  for (const { id, differences } of await recompute(read(folder, "cases", name), tokens, specs)) {
    run += 1;
    bad += differences.length ? 1 : 0;
    differences.forEach((difference) => console.log(`${name}, ${id}: ${difference}`));
  }
}
console.log(`${run} persons decided, ${bad} otherwise than the file says`);
process.exitCode = bad ? 1 : 0;
