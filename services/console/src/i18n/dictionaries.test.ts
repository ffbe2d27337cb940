import { expect, it } from 'vitest';
import { en } from './en.ts';
import { speak } from './language.ts';
import { zh } from './zh.ts';

const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();
const keys = Object.keys(en) as (keyof typeof en)[];

it('both languages fill the same into each text', () => {
  const other = keys.filter((key) => {
    const text = zh[key];
    return text !== undefined && String(placeholders(text)) !== String(placeholders(en[key]));
  });
  expect(other).toEqual([]);
});

it('the Chinese texts are Chinese, but for names and numbers', () => {
  const same = keys.filter((key) => {
    const text = zh[key]?.replace(/\{\{\w+\}\}|epoch/g, '').trim();
    return text !== undefined && text !== '' && !/\p{Script=Han}/u.test(text);
  });
  expect(same).toEqual([]);
});

it('a number is written and counted as its language does', async () => {
  const [english, chinese] = [await speak('en'), await speak('zh')];
  expect(english.t('strip.ticks.missing', { count: 1 })).toBe('1 tick missing');
  expect(english.t('strip.ticks.missing', { count: 59_592 })).toBe('59,592 ticks missing');
  expect(chinese.t('strip.ticks.missing', { count: 1 })).toBe('缺失 1 次采样');
});
