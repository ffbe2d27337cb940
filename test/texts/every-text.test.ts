import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { allTexts, type Language } from '@holdfast/texts/text.ts';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const sources = '{packages,drivers,services,simulators,dev,tools,bench,test}/**/*.ts';
type Dictionary = Readonly<Record<string, string>>;
type TextOfBoth = { readonly [Each in Language]: string | undefined };

/** The texts of all catalogues by their codes, with the dictionaries of the console. */
async function everyText(): Promise<Map<string, TextOfBoth>> {
  const texts = new Map<string, TextOfBoth>();
  const addDictionary = (file: string, en: Dictionary, zh: Dictionary) => {
    for (const code of new Set([...Object.keys(en), ...Object.keys(zh)])) {
      const other = code.replace(/_one$/, '_other');
      texts.set(`${file} ${code}`, { en: en[code], zh: zh[code] ?? zh[other] });
    }
  };
  const exclude = ['**/node_modules', '**/dist', '**/*.test.ts', '**/testing'];
  for await (const file of glob(sources, { cwd: root, exclude })) {
    const path = join(root, file);
    const source = readFileSync(path, 'utf8');
    if (/^export const zh: Translation/m.test(source)) {
      const { en = (await import(path.replace('zh.ts', 'en.ts'))).en, zh } = await import(path);
      addDictionary(file, en, zh);
    } else if (/\bcatalogue\(/.test(source)) await import(path);
  }
  // Not those of tests that ran in this process before, nor what a library says, which is in the parameters.
  for (const [code, text] of allTexts) if (!/^(test|library)/.test(code)) texts.set(code, text);
  return texts;
}

const parameters = (text = '') =>
  [...new Set([...text.matchAll(/\{\{(\w+)/g)].map(([, name]) => name))].sort().join();
const withoutParameters = (text = '') => text.replace(/\{\{.*?\}\}/g, '');
/** Names and units, which are the same in every language. */
const names = /\b(?:\w*\d\w*|\w*[A-Z]\w*[A-Z]\w*|[A-Z]|id|iQ|kW|bar|Modbus|over)\b/g;
const isForeign = (zh = '') =>
  /\p{L}/u.test(withoutParameters(zh).replace(names, '')) && !/\p{Script=Han}/u.test(zh);

it('every text is in both languages, with the same parameters, and Chinese in Chinese', async () => {
  const texts = [...(await everyText())];
  const codesOf = (isFaulty: (text: TextOfBoth) => boolean) =>
    texts.filter(([, text]) => isFaulty(text)).map(([code]) => code);
  const namesInConsole = texts.flatMap(([code]) => code.split(' ')[1] ?? []);
  expect(texts.length).toBeGreaterThan(2_000);
  expect({
    missing: codesOf(({ en, zh }) => !en?.trim() || !zh?.trim()),
    withOtherParameters: codesOf(({ en, zh }) => parameters(en) !== parameters(zh)),
    notChinese: codesOf(({ zh }) => isForeign(zh)),
    withEpoch: codesOf(({ zh }) => /(?<![_-])epoch(?!-)/i.test(withoutParameters(zh))),
    twiceInConsole: namesInConsole.filter((name, index) => namesInConsole.indexOf(name) !== index),
  }).toEqual({ missing: [], withOtherParameters: [], notChinese: [], withEpoch: [], twiceInConsole: [] });
});
