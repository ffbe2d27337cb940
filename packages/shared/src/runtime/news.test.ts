import { describe, expect, it } from 'vitest';
import { News } from './news.ts';

describe('what is news', () => {
  it('is news once', () => {
    const news = new News();
    expect(['press-1', 'press-2', 'press-1'].map((device) => news.isNew(device))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('is news again after its time', () => {
    const news = new News(0);
    expect([news.isNew('press-1'), news.isNew('press-1')]).toEqual([true, true]);
  });

  it('is forgotten before it fills the memory', () => {
    const news = new News();
    for (let device = 0; device <= 10_000; device += 1) news.isNew(`press-${device}`);
    expect(news.isNew('press-0')).toBe(true);
  });
});
