import { expect, it } from 'vitest';
import { boundedText, isText, isWords, readWords, writtenWords } from './bounded-text.ts';
import { inLanguage, type Param, type Text } from './text.ts';

const deep = (levels: number): Text =>
  levels === 0 ? { code: 'a.end' } : { code: 'a.in', params: { why: deep(levels - 1) } };

it.each<[string, unknown]>([
  ['no object', 7],
  ['a list', ['a']],
  ['no code', { params: {} }],
  ['a code that is no word', { code: 7 }],
  ['a very long code', { code: 'a'.repeat(101) }],
  ['an object with more than a text', { code: 'a', params: {}, since: 'yesterday' }],
  ['a very long name of a parameter', { code: 'a', params: { ['b'.repeat(101)]: 1 } }],
  ['parameters that are none', { code: 'a', params: 'b' }],
  ['a list of parameters', { code: 'a', params: ['b'] }],
  ['a parameter that is nothing', { code: 'a', params: { b: null } }],
  [
    'many parameters',
    { code: 'a', params: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [n, n])) },
  ],
  ['a long list', { code: 'a', params: { b: Array.from({ length: 101 }, () => 'c') } }],
  ['a long word', { code: 'a', params: { b: 'c'.repeat(2_001) } }],
  ['texts within texts within texts', deep(40)],
  [
    'a great many parts',
    { code: 'a', params: { b: Array.from({ length: 99 }, () => Array.from({ length: 99 }, () => 1)) } },
  ],
])('%s is no text from another process', (_what, value) => {
  expect(isText(value)).toBe(false);
});

it('a text within bounds is taken, and so are the words of someone else', () => {
  const text: Text = { code: 'a.b', params: { device: 'press', count: 2, why: deep(3), names: ['a', 'b'] } };
  expect(isText(text)).toBe(true);
  expect(isWords('anything')).toBe(true);
  expect(boundedText(text)).toBe(text);
});

it.each<[string, Record<string, Param>]>([
  ['a long list', { texts: Array.from({ length: 10_000 }, (_, n) => ({ code: 'a.b', params: { n } })) }],
  ['a long word', { words: 'w'.repeat(100_000) }],
  ['deep nesting', { why: deep(40) }],
])('%s is cut by its sender so that it is taken elsewhere', (_what, params) => {
  const cut = boundedText({ code: 'a.b', params });
  expect(isText(cut)).toBe(true);
  expect(inLanguage(cut, 'en')).toContain('…');
});

it('words are written into a string and read from it, whatever they are', () => {
  const text: Text = { code: 'a.b', params: { device: 'press' } };
  for (const words of [text, 'no answer', '', '{"code":', '{"code":7}']) {
    expect(readWords(writtenWords(words))).toEqual(words);
  }
});
