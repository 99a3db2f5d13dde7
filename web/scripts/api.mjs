// Types of the HTTP interface from the node's own description.
// web/openapi.json is written by `noroshi openapi`; `write` makes src/lib/api/generated.ts from it,
// `check` fails if that file is not what the description gives.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const DESCRIPTION = new URL('../openapi.json', import.meta.url);
const TARGET = new URL('../src/lib/api/generated.ts', import.meta.url);
const HEAD =
  '// Made by `npm run api:generate` from openapi.json, the description of the node: not by hand.\n';

async function generated() {
  const description = JSON.parse(readFileSync(DESCRIPTION, 'utf8'));
  return HEAD + astToString(await openapiTS(description, { alphabetize: true }));
}

function fail(text) {
  console.error(text);
  process.exitCode = 1;
}

const [task] = process.argv.slice(2);
if (!existsSync(DESCRIPTION)) {
  fail('web/openapi.json is missing: write it with `cargo run -- openapi > web/openapi.json`');
} else if (task === 'write') {
  writeFileSync(TARGET, await generated());
} else if (task === 'check') {
  const same = existsSync(TARGET) && readFileSync(TARGET, 'utf8') === (await generated());
  if (!same) {
    fail('src/lib/api/generated.ts is old: run `npm run api:generate` in web/');
  }
} else {
  fail('say what to do: node scripts/api.mjs write | check');
}
