import { expect, it } from 'vitest';
import { comparedTexts } from './compared-texts.ts';

it.each([
  "if (inLanguage(detail, 'en') === 'no collector is up') retry();",
  "const words = localize(accessText('no_role'));\nif (words.includes('none')) retry();",
  "switch (say('yes')) {}",
  "const isFull = /full/.test(inLanguage(why, 'en'));",
  "if (problem.title === 'The session is paused') resume();",
  "if (detail.includes('DEVICE_NETWORKS')) return 'permission';",
  'if (/full/.test(error.message)) wait();',
  "if (String(error).startsWith('No space')) wait();",
  "if (answer.told !== 'Nothing was written.') retry();",
  "switch (answer.told) { case '没有写入': retry(); }",
])('code that decides by the words of a text is found: %s', (source) => {
  expect(comparedTexts('a.ts', source)).toHaveLength(1);
});

it.each([
  "if (detail.code === 'waiting.no_collector_is_up') retry();",
  "const words = localize(accessText('no_role'));\nif (words !== '' && words !== undefined) print(words);",
  "if (words.includes('none')) retry();",
  "if (error.message !== lastLogged && state === 'may be answered') print(error.message);",
  '// By its text: NATS gives no code.\nif (/full/.test(error.message)) wait();',
])('code that decides otherwise is not: %s', (source) => {
  expect(comparedTexts('a.ts', source)).toEqual([]);
});
