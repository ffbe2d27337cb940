import { useMemo } from 'react';
import type { TimeScale } from '../strip/time-scale.ts';
import { durationText } from '../time/duration.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import type { Move } from './moves.ts';
import { useOwnershipTexts } from './texts.ts';

/** Approximate width of a letter at this size; a Chinese character takes two. */
const letterPx = 6.2;
const linesAtMost = 2;

/** Causes that moved several sessions at once, in words above the rule; where room is short, only the greater ones. */
export function MovesRail({
  moves,
  scale,
  width,
}: {
  moves: readonly Move[];
  scale: TimeScale;
  width: number;
}) {
  const text = useMoveText();
  const labels = useMemo(() => {
    const ends = new Array<{ from: number; to: number }[]>(linesAtMost);
    for (let line = 0; line < linesAtMost; line += 1) ends[line] = [];
    return moves
      .toSorted((one, other) => other.sessions - one.sessions)
      .flatMap((move) => {
        const words = text(move);
        const length =
          [...words].reduce((sum, letter) => sum + (letter > '\u2e80' ? 2 : 1), 0) * letterPx + 8;
        const at = scale.place(move.at) * width;
        const left = Math.max(0, Math.min(at, width - length));
        const line = ends.findIndex((labelsThere) =>
          labelsThere.every(({ from, to }) => left > to || left + length < from),
        );
        if (line === -1 || length > width) return [];
        ends[line]?.push({ from: left, to: left + length });
        return [{ move, words, left, line }];
      });
  }, [moves, scale, width, text]);
  return (
    <ul className="moves">
      {labels.map(({ move, words, left, line }) => (
        <li key={`${move.at} ${move.reason}`} style={{ left, top: line * 15 }}>
          {words}
        </li>
      ))}
    </ul>
  );
}

const movingReasons = ['failover', 'drain', 'rebalance', 'recovery'] as const;

export function useMoveText(): (move: Move) => string {
  const { t } = useOwnershipTexts();
  const plant = usePlantTime();
  return useMemo(
    () =>
      ({ at, until, reason, collector, sessions: n }) => {
        const movingReason = movingReasons.find((each) => each === reason) ?? 'rebalance';
        const time = plant.clock(new Date(at));
        const move = t(`ownership.move.${movingReason}`, {
          ...{ time, n },
          collector: collector ?? t('ownership.collectors'),
        });
        const seconds = Math.round((until - at) / 1_000);
        return seconds < 2 ? move : t('ownership.move.within', { move, duration: durationText(t, seconds) });
      },
    [t, plant],
  );
}
