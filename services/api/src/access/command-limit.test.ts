import { describe, expect, it } from 'vitest';
import { CommandLimit } from './command-limit.ts';

describe('the changes of a caller', () => {
  it('are so many a minute, and what was saved in ten minutes at once', () => {
    const clock = { nowMs: 0 };
    const limit = new CommandLimit(60, () => clock.nowMs);
    const changesAllowed = (who: string, tries: number) =>
      Array.from({ length: tries }, () => limit.take(who)).filter((wait) => wait === undefined).length;
    expect(changesAllowed('anna', 1_000)).toBe(600);
    expect(limit.take('anna')).toBe(1_000);
    expect(changesAllowed('chen', 10)).toBe(10);
    clock.nowMs = 60_000;
    expect(changesAllowed('anna', 100)).toBe(60);
    clock.nowMs = 86_400_000;
    expect(changesAllowed('anna', 1_000)).toBe(600);
  });

  it('are not counted without a limit', () => {
    const limit = new CommandLimit(0);
    expect(Array.from({ length: 10_000 }, () => limit.take('anna')).every((wait) => !wait)).toBe(true);
  });
});
