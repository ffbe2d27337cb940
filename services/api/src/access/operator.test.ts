import { describe, expect, it } from 'vitest';
import { nameAsRead } from './name-as-read.ts';
import { operatorOf } from './operator.ts';

const claim = (name: string) =>
  operatorOf({ headers: { 'x-operator': Buffer.from(name, 'utf8').toString('latin1') } });

describe('a name in X-Operator', () => {
  it.each([
    ['zero width space', 'an\u200bna'],
    ['soft hyphen', 'an\u00adna'],
    ['right-to-left mark', '\u200fanna'],
    ['Hangul filler', 'anna\u3164'],
    ['combining joiner', 'an\u034fna'],
    ['variation selector', 'anna\ufe0f'],
    ['tag', 'anna\u{e0041}'],
    ['blank of Braille', '\u2800anna\u2800'],
  ])('is without invisible characters: %s', (_what, name) => {
    expect(claim(name)).toBe('anna');
    expect(nameAsRead(name)).toBe('anna');
  });

  it('is none when nothing of it can be seen, and otherwise stays', () => {
    expect(claim('\u200b\u3164 \u2800')).toBeUndefined();
    expect(claim('张 伟')).toBe('张 伟');
  });
});
