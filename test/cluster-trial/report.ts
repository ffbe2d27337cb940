import type { FaultResult, TrialResult } from './run-trial.ts';

/** For people: a table of what each fault cost, and what became of the services. */
export function reportOf({ results, startedAgain, memory }: TrialResult): string {
  return [
    '| Fault | Unread, hurt part (s) | Unread, others (s) | Hand-over (s) | Commands refused (s) | of it with leaders (s) | Not in the log with leaders (s) | Shown after (s) | Read after (s) | Steady after (s) | Stored after (s) | Ticks missing |',
    '|---|---|---|---|---|---|---|---|---|---|---|---|',
    ...results.map(rowOf),
    '',
    `MB: ${Object.entries(memory)
      .map(([name, [before, after]]) => `${name} ${before} → ${after}`)
      .join(', ')}`,
    ...(startedAgain.length > 0 ? [`ended and started again: ${startedAgain.join(', ')}`] : []),
  ].join('\n');
}

export function failuresOf(results: readonly FaultResult[]): string[] {
  return results.flatMap(({ fault, failures }) => failures.map((failure) => `${fault.name}: ${failure}`));
}

function rowOf({ fault, cost, missing }: FaultResult): string {
  const cells = [
    fault.what,
    seconds(cost.unreadMs.hurt),
    seconds(cost.unreadMs.others),
    seconds(cost.handOverMs),
    seconds(cost.refusedMs),
    seconds(cost.refusedWithLeaderMs),
    seconds(cost.untakenWithLeaderMs),
    seconds(cost.shownAfterMs),
    seconds(cost.readAfterMs),
    seconds(cost.steadyAfterMs),
    seconds(cost.storedAfterMs),
    Object.entries(missing)
      .toSorted(([, a], [, b]) => b - a)
      .map(([cause, count]) => `${cause} ${count}`)
      .join(', ') || '–',
  ];
  return `| ${cells.join(' | ')} |`;
}

function seconds(ms: number | undefined): string {
  if (ms === undefined) return '–';
  return Number.isFinite(ms) ? (Math.max(0, ms) / 1_000).toFixed(1) : 'never';
}
