import type { Verdict } from './verify.ts';

const shownViolations = 50;

/** A verdict for people, several lines. */
export function describe({ counts, ticks, duplicates, violations, tooLittle }: Verdict): string {
  const gaps = Object.entries(ticks.gaps)
    .toSorted(([, a], [, b]) => b - a)
    .map(([cause, count]) => `${cause} ${count}`);
  const lines = [
    `events ${counts.events}, sessions ${counts.sessions}, hand-overs ${counts.handOvers}, samples ${counts.samples}` +
      (counts.commands > 0 ? `, commands ${counts.commands}` : '') +
      (counts.deviceRequests > 0 ? `, device requests ${counts.deviceRequests}` : '') +
      (counts.wrongClock > 0 ? `, samples of wrong clocks ${counts.wrongClock}` : '') +
      (counts.forged > 0
        ? `, messages that no holder said ${counts.forged} (in quarantine ${counts.forgedInQuarantine})`
        : ''),
    `ticks: expected ${ticks.expected}, stored ${ticks.stored}, quarantined ${ticks.quarantined}, duplicates ${duplicates}`,
    `gaps: ${gaps.length === 0 ? 'none' : gaps.join(', ')}`,
    ...violations
      .slice(0, shownViolations)
      .map(({ invariant, subject, what }) => `VIOLATION ${invariant} ${subject}: ${what}`),
  ];
  if (violations.length > shownViolations) lines.push(`… and ${violations.length - shownViolations} more`);
  for (const what of tooLittle) lines.push(`TOO LITTLE TO JUDGE: ${what}`);
  const verdict = violations.length > 0 ? `${violations.length} violations` : 'no violation';
  lines.push(tooLittle.length > 0 && violations.length === 0 ? 'could not judge' : verdict);
  return lines.join('\n');
}
