import { describe, expect, it } from 'vitest';
import { nearestWord } from './nearest-word.ts';

const words = ['host', 'port', 'period_ms', 'metadata', 'reason'];

describe('the word that was meant', () => {
  it.each([
    ['hots', 'host', 'two letters swapped'],
    ['perod_ms', 'period_ms', 'one left out'],
    ['reasson', 'reason', 'one twice'],
    ['meta', 'metadata', 'begun and not finished'],
    ['metdaata', 'metadata', 'two slips'],
  ])('is found behind %j: %j, %s', (typed, word) => {
    expect(nearestWord(typed, words)).toBe(word);
  });

  it('is not looked for letter by letter in what is much longer than all', () => {
    // Letter by letter these would take hours.
    const long = 'h'.repeat(10_000_000);
    for (let count = 0; count < 1_000; count += 1) expect(nearestWord(long, words)).toBeUndefined();
  });

  it.each(['mtdt', 'x', 'max_duration', ''])('is not guessed where %j is far from all', (typed) => {
    expect(nearestWord(typed, words)).toBeUndefined();
  });
});
