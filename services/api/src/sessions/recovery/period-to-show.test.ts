import type { ConfigLeg } from '@holdfast/shared/domain/session/config-legs.ts';
import { describe, expect, it } from 'vitest';
import { judge } from '../storing/storing-of-sessions.ts';
import { freshWithin } from './compare-session.ts';
import { periodsToShow } from './period-to-show.ts';

const second = 1_000;
const inForceMs = Date.parse('2026-07-03T12:00:51Z');

/** How often (in ms) a session is to show itself `afterMs` after its period changed from `before` to `after`. */
async function toShow(before: number, after: number, afterMs: number): Promise<number | undefined> {
  const legs: ConfigLeg[] = [
    { fromMs: Number.NEGATIVE_INFINITY, configVersion: 1 },
    { fromMs: inForceMs, configVersion: 2 },
  ];
  const past = { legs, intervals: [], placements: [], holders: [] };
  const sources = {
    pasts: { of: async () => new Map([['7-1', past]]) },
    plans: {
      of: async (_: number, version: number) => ({ periodMs: version === 1 ? before : after, devices: [] }),
    },
  };
  const row = { session_id: '7-1', task_id: 7, config_version: 2, started_at: new Date(0), last_sequence: 9 };
  return (await periodsToShow(sources, [row], inForceMs + afterMs)).get('7-1');
}

describe('how often a session is to show itself around a changed period', () => {
  it('is as before until the shorter one could have been seen', async () => {
    expect(await toShow(60 * second, second, -2 * second)).toBe(60 * second);
    expect(await toShow(60 * second, second, 15 * second)).toBe(60 * second);
    expect(await toShow(60 * second, second, 15 * second + 1)).toBe(second);
    expect(await toShow(600 * second, 60 * second, 180 * second)).toBe(600 * second);
    expect(await toShow(600 * second, 60 * second, 180 * second + 1)).toBe(60 * second);
  });

  it('is by the longer one at once', async () => {
    expect(await toShow(second, 60 * second, -2 * second)).toBe(60 * second);
    expect(await toShow(second, 60 * second, 600 * second)).toBe(60 * second);
  });

  it('makes no healthy session one of which nothing is stored', async () => {
    // The last tick of the one-minute period is 49 s old, and the change to one second comes into force in 2 s.
    const nowMs = inForceMs - 2 * second;
    const freshWithinMs = freshWithin(await toShow(60 * second, second, -2 * second));
    const at = { storedMs: nowMs - 49 * second, settledMs: nowMs - second, nowMs, refused: [] };
    expect(judge({ placedMs: 0, freshWithinMs }, at)).toMatchObject({ state: 'stored' });
  });
});
