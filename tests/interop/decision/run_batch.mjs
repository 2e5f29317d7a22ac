// Runs many cases in one go: one JSON document in, one result per case out.
import { readFileSync } from "node:fs";

import { attest } from "./calls.mjs";

const given = JSON.parse(readFileSync(0, "utf-8"));
const results = [];
for (const each of given.cases) {
  results.push(await attest(each, given));
}
process.stdout.write(JSON.stringify(results));
