import { describe, expect, it } from 'vitest';
import { RequestPatience } from './request-patience.ts';

describe('the patience with requests', () => {
  it('is short where answers are quick, and grows to the bound while none come', () => {
    const patience = new RequestPatience({ leastMs: 1_000, mostMs: 5_000 });
    const waits = [0, 1, 2, 3].map(() => {
      const ms = patience.ms();
      patience.unanswered();
      return ms;
    });
    expect(waits).toEqual([1_000, 2_000, 4_000, 5_000]);
    patience.answered(3);
    expect(patience.ms()).toBe(4_000);
    for (let answers = 0; answers < 10; answers += 1) patience.answered(3);
    expect(patience.ms()).toBe(1_000);
  });

  it('stays long enough for a link whose answers take long', () => {
    const patience = new RequestPatience({ leastMs: 1_000, mostMs: 5_000 });
    patience.answered(1_600);
    expect(patience.ms()).toBe(3_200);
    patience.answered(1_700.3);
    expect(patience.ms()).toBe(3_401);
    patience.answered(3_200);
    expect(patience.ms()).toBe(5_000);
  });
});
