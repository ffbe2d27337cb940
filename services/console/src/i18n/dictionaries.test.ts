/// <reference types="vite/types/importMeta.d.ts" />
import { describe, expect, it } from 'vitest';
import { en } from './en.ts';
import { speak } from './language.ts';
import type { Dictionary } from './texts.ts';
import { zh } from './zh.ts';

type Both = Readonly<Record<'en' | 'zh', Dictionary>>;

const ofRooms = import.meta.glob<Both>(['../**/texts.ts', '../**/*-texts.ts', '!./*'], { eager: true });
const all: [string, Both][] = [['common', { en, zh: zh as Dictionary }], ...Object.entries(ofRooms)];
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

it('a name stands for one text', () => {
  const names = all.flatMap(([, texts]) => Object.keys(texts.en));
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(all.length).toBeGreaterThan(3);
});

describe.each(all)('the texts of %s', (_, texts) => {
  const keys = Object.keys(texts.en);

  it('are in both languages, and both fill the same in', () => {
    const placeholdersOf = (texts: Dictionary, key: string) =>
      placeholders(texts[key] ?? texts[other(key)] ?? '');
    const other = (key: string) => key.replace(/_one$/, '_other');
    const missingKeys = keys.filter((key) => !(other(key) in texts.zh));
    const different = keys.filter(
      (key) => String(placeholdersOf(texts.zh, key)) !== String(placeholdersOf(texts.en, key)),
    );
    expect([missingKeys, different]).toEqual([[], []]);
  });

  it('are Chinese in Chinese, but for names, numbers and punctuation', () => {
    const same = keys.filter((key) => {
      const text = texts.zh[key]?.replace(/\{\{\w+\}\}|\p{P}/gu, '').trim();
      return text !== undefined && text !== '' && !/\p{Script=Han}/u.test(text);
    });
    expect(same).toEqual([]);
  });
});

it('a number is written and counted as its language does', async () => {
  const [english, chinese] = [await speak('en'), await speak('zh')];
  expect(english.t('strip.ticks.missing', { count: 1 })).toBe('1 tick missing');
  expect(english.t('strip.ticks.missing', { count: 59_592 })).toBe('59,592 ticks missing');
  expect(chinese.t('strip.ticks.missing', { count: 1 })).toBe('缺失 1 次采样');
});
