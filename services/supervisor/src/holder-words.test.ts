import type { SessionLiveStatus } from '@holdfast/shared/contracts/session-status.ts';
import { describe, expect, it } from 'vitest';
import { HolderWords } from './holder-words.ts';

const refusedBy = (collector: string, detail: string): SessionLiveStatus => ({
  ...{
    v: 1,
    session: '1-1',
    epoch: 1,
    collector,
    instance: 'x',
    state: 'refused',
    detail,
    cause: 'permanent',
  },
  ...{ updated_at: '', points_read: 0, error_count: 0, last_read_time: null, device_health: {} },
});

describe('what collectors refuse', () => {
  it('is forgotten, the oldest first, where one refuses more than it could hold, and no other one’s is', () => {
    const words = new HolderWords();
    words.heard('1', refusedBy('b', 'no snapshot'));
    for (let task = 0; task < 25_000; task += 1) words.heard(`${task}`, refusedBy('a', 'x'.repeat(9_000)));
    expect(words.refusals.size).toBe(10_001);
    expect(words.refusals.get('b.1')?.why).toBe('no snapshot');
    expect(words.refusals.has('a.0')).toBe(false);
    expect(words.refusals.get('a.24999')?.why).toHaveLength(2_000);
  });
});
