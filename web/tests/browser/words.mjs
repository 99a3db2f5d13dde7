// The dictionary of the app, for tests that press what people press: by key, so that a better word
// breaks no walk.
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';

const COMPILER = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
const PARTS = ['common', 'phone', 'desk'];

async function dictionary(language) {
  const source = fileURLToPath(new URL(`../../src/lib/i18n/${language}/`, import.meta.url));
  const target = await mkdtemp(join(tmpdir(), 'noroshi-words-'));
  try {
    for (const name of await readdir(source)) {
      const text = await readFile(join(source, name), 'utf8');
      const { outputText } = ts.transpileModule(text, { compilerOptions: COMPILER });
      const linked = outputText.replace(/(from '\.\/\w+)'/g, "$1.mjs'");
      await writeFile(join(target, name.replace(/\.ts$/, '.mjs')), linked);
    }
    const parts = await Promise.all(
      PARTS.map(
        async (name) => (await import(pathToFileURL(join(target, `${name}.mjs`)).href))[name],
      ),
    );
    return Object.assign({}, ...parts);
  } finally {
    await rm(target, { recursive: true });
  }
}

const words = { ja: await dictionary('ja'), en: await dictionary('en') };

/** The sentence for a key, parameters filled in. */
export function say(key, params = {}, language = 'ja') {
  const entry = words[language][key];
  if (entry === undefined) {
    throw new Error(`the dictionary has no key ${key}`);
  }
  const sentence = typeof entry === 'string' ? entry : params.n === 1 ? entry.one : entry.other;
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => params[name] ?? whole);
}

/** A pattern that fits the sentence whatever the parameters are that are not given. */
export function like(key, params = {}, language = 'ja') {
  const parts = say(key, params, language).split(/\{\w+\}/);
  const plain = parts.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(plain.join('.+?'));
}
