import type { runSchedule } from './run-schedule.ts';

/** A violation with the end of its history, as a failing test shows it; empty where there is none. */
export function describeOutcome(outcome: Awaited<ReturnType<typeof runSchedule>> | undefined): string {
  if (!outcome) return '';
  return `seed ${outcome.seed}: ${outcome.violation}\n${outcome.history(150).join('\n')}`;
}
