import { describe, expect, it } from 'vitest';
import { speak } from '../i18n/language.ts';
import { ageText, durationText } from './duration.ts';
import { plantTime } from './plant-time.tsx';
import { shareText } from './share.ts';
import { atEachLook } from './testing/at-each-look.ts';

const english = await speak('en');
const chinese = await speak('zh');

describe('a share', () => {
  it('is 100 % only where nothing is missing', () => {
    expect(shareText('en', 86_400, 86_400)).toBe('100 %');
    expect(shareText('en', 9_999_999, 10_000_000)).toBe('99.99 %');
    expect(shareText('en', 0, 10)).toBe('0.00 %');
    expect(shareText('zh-CN', 9_999_999, 10_000_000)).toBe('99.99%');
  });
});

describe('lengths of time', () => {
  it('have two units at most', () => {
    const texts = [0.4, 12, 432, 3_600, 24_660, 3_564_000].map((seconds) => durationText(english.t, seconds));
    expect(texts).toEqual(['0.4 s', '12 s', '7 min 12 s', '1 h', '6 h 51 min', '41 d 6 h']);
    expect(durationText(chinese.t, 432)).toBe('7 分 12 秒');
  });

  it('are shorter still as ages', () => {
    expect([0.04, 46, 2_790].map((seconds) => ageText(english.t, seconds))).toEqual([
      '0.0 s',
      '46 s',
      '46 min',
    ]);
  });
});

describe('plant time', () => {
  const shanghai = plantTime('en-GB', 'Asia/Shanghai');

  it('is the clock of the plant, whatever that of the browser', () => {
    const at = new Date('2026-11-26T18:05:07Z');
    expect([shanghai.clock(at, true), shanghai.offset(at)]).toEqual(['02:05:07', 'UTC+8']);
  });

  it('is that of the plant also where a second ends while that is looked at', () => {
    const endOfSecond = Date.parse('2026-11-26T18:05:07.999Z');
    expect(atEachLook(endOfSecond, () => plantTime('en-GB', 'Asia/Shanghai').isOfPlant)).toBe(true);
  });

  it('says the day of what was not today there', () => {
    const now = new Date('2026-11-26T18:05:07Z');
    expect(shanghai.moment(new Date('2026-11-26T16:30:00Z'), now)).toBe('00:30:00');
    expect(shanghai.moment(new Date('2026-11-26T15:30:00Z'), now)).toContain('26 Nov');
  });
});
