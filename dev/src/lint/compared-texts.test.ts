import { expect, it } from 'vitest';
import { comparedTexts } from './compared-texts.ts';

it.each([
  "if (inLanguage(detail, 'en') === 'no collector is up') retry();",
  "const words = localize(accessText('no_role'));\nif (words.includes('none')) retry();",
  "switch (say('yes')) {}",
  "const isFull = /full/.test(inLanguage(why, 'en'));",
])('code that decides by the words of a text is found: %s', (source) => {
  expect(comparedTexts('a.ts', source)).toHaveLength(1);
});

it.each([
  "if (detail.code === 'waiting.no_collector_is_up') retry();",
  "const words = localize(accessText('no_role'));\nif (words !== '' && words !== undefined) print(words);",
  "if (words.includes('none')) retry();",
])('code that decides otherwise is not: %s', (source) => {
  expect(comparedTexts('a.ts', source)).toEqual([]);
});
