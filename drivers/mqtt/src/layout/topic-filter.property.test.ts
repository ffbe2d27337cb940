import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filterProblem, hasWildcard, matches, topicProblem } from './topic-filter.ts';

const level = fc.stringMatching(/^[ab]{0,2}$/);
const topic = fc
  .array(level, { minLength: 1, maxLength: 4 })
  .map((levels) => levels.join('/'))
  .filter((text) => text !== '');
const filter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, hasHash]) => (hasHash ? [...levels, '#'] : levels).join('/'))
  .filter((text) => text !== '');

/** The rule of the specification as a regular expression. */
function asPattern(text: string): RegExp {
  const escaped = text.split('/').map((each) => (each === '+' ? '[^/]*' : each));
  if (escaped.at(-1) !== '#') return new RegExp(`^${escaped.join('/')}$`);
  const before = escaped.slice(0, -1).join('/');
  return escaped.length === 1 ? /^/ : new RegExp(`^${before}(/.*)?$`);
}

describe('a topic filter', () => {
  it('matches what the specification says it does', () => {
    fc.assert(
      fc.property(filter, topic, (filterText, topicText) => {
        expect(filterProblem(filterText)).toBeUndefined();
        expect(matches(filterText, topicText)).toBe(asPattern(filterText).test(topicText));
      }),
      { numRuns: 3_000 },
    );
  });

  it('without a wildcard matches itself alone, and with one is no topic to publish to', () => {
    fc.assert(
      fc.property(filter, topic, (filterText, topicText) => {
        if (!hasWildcard(filterText)) expect(matches(filterText, topicText)).toBe(filterText === topicText);
        expect(topicProblem(filterText) === undefined).toBe(!hasWildcard(filterText));
      }),
    );
  });

  it.each([
    ['sport/tennis/#', 'sport/tennis', true],
    ['#', '$SYS/uptime', false],
    ['+/uptime', '$SYS/uptime', false],
    ['$SYS/#', '$SYS/uptime', true],
    ['+', '/finance', false],
    ['/+', '/finance', true],
  ])('%s and %s: %s', (filterText, topicText, isMatch) => {
    expect(matches(filterText, topicText)).toBe(isMatch);
  });

  it.each(['', 'a/#/b', 'a#', 'a/b+', '+a', 'a\0', '$share/group/a', '$queue/a'])('is not %j', (text) => {
    expect(inEnglish(filterProblem(text))).toEqual(expect.any(String));
  });
});
