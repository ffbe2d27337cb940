import { describe, expect, it } from 'vitest';
import { gatherMoves, type PlacedAnew } from './collector-moves.ts';

const at = (second: number) => new Date(Date.parse('2026-01-01T08:00:00.000Z') + second * 1_000);
let task = 100;
const placed = (second: number, former: string, taker: string, reason: PlacedAnew['reason']): PlacedAnew => {
  task += 1;
  return { time: at(second), session_id: `${task}-1`, former, taker, reason };
};

describe('sessions that moved', () => {
  it('are one move when they left one collector together, whoever took them', () => {
    const log = [
      placed(0, 'c1', 'c2', 'failover'),
      placed(1, 'c3', 'c2', 'drain'),
      placed(2, 'c1', 'c3', 'failover'),
      placed(59, 'c1', 'c2', 'failover'),
      placed(200, 'c1', 'c2', 'failover'),
    ];
    const moves = gatherMoves(log.toReversed());
    expect(moves.map(({ former, reason, sessions }) => [former, reason, sessions])).toEqual([
      ['c1', 'failover', 1],
      ['c1', 'failover', 3],
      ['c3', 'drain', 1],
    ]);
    expect(moves[1]).toEqual({
      ...{ former: 'c1', reason: 'failover', sessions: 3 },
      ...{ from: at(0).toISOString(), to: at(59).toISOString() },
      takers: [
        { collector_id: 'c2', sessions: 2 },
        { collector_id: 'c3', sessions: 1 },
      ],
      session_ids: ['101-1', '103-1', '104-1'],
    });
  });
});
