import { describe, expect, it } from 'vitest';
import { RecentlyUsed } from './recently-used.ts';

describe('what was used lately', () => {
  it('is kept, and never more than was asked for', () => {
    const used = new RecentlyUsed<number, string>(10);
    for (let key = 0; key < 1_000; key += 1) {
      used.set(key, `${key}`);
      // This key is asked for again and again.
      expect(used.get(0)).toBe('0');
    }
    const keys = Array.from({ length: 1_000 }, (_, key) => key).filter((key) => used.get(key) !== undefined);
    expect(keys).toContain(0);
    expect(keys).toContain(999);
    expect(keys.length).toBeLessThanOrEqual(10);
  });

  it('is forgotten on request', () => {
    const used = new RecentlyUsed<number, string>(2);
    for (const key of [1, 2, 3]) used.set(key, 'x');
    used.delete(3);
    expect(used.get(3)).toBeUndefined();
    used.clear();
    expect([1, 2, 3].map((key) => used.get(key))).toEqual([undefined, undefined, undefined]);
  });
});
