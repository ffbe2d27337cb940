import { expect, it } from 'vitest';
import { speak } from './language.ts';

it('a number is written and counted as its language does', async () => {
  const [english, chinese] = [await speak('en'), await speak('zh')];
  expect(english.t('strip.ticks.missing', { count: 1 })).toBe('1 tick missing');
  expect(english.t('strip.ticks.missing', { count: 59_592 })).toBe('59,592 ticks missing');
  expect(chinese.t('strip.ticks.missing', { count: 1 })).toBe('缺失 1 次采样');
});
