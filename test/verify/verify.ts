import { accounting, type TickCounts } from './checks/accounting.ts';
import { acknowledged } from './checks/acknowledged.ts';
import { activity } from './checks/activity.ts';
import { answeredCommands } from './checks/answered-commands.ts';
import { changeRecord } from './checks/change-record.ts';
import { confirmedTicks } from './checks/confirmed-ticks.ts';
import { deviceRequests } from './checks/device-requests.ts';
import { duplicates } from './checks/duplicates.ts';
import { epochs } from './checks/epochs.ts';
import { fencedTicks } from './checks/fenced-ticks.ts';
import { firstPolls } from './checks/first-polls.ts';
import { forgedNowhere } from './checks/forged-nowhere.ts';
import { lackedValues } from './checks/lacked-values.ts';
import { legalChain } from './checks/legal-chain.ts';
import { publishedValues } from './checks/published-values.ts';
import { readModel } from './checks/read-model.ts';
import { storedValues } from './checks/stored-values.ts';
import { checkTickAccount } from './checks/tick-account.ts';
import { untouchedDevices } from './checks/untouched-devices.ts';
import { versions } from './checks/versions.ts';
import type { History, RecordedSample, Violation } from './history.ts';
import { sessionHistories } from './session-histories.ts';
import { defaultTolerances, type Tolerances } from './tolerances.ts';

/** The least that must have been seen before "no violation" means anything. */
export interface Minimum {
  readonly events: number;
  readonly sessions: number;
  readonly ticks: number;
  /** Assignments of a session that had a holder before. */
  readonly handOvers: number;
}

export interface Counts extends Minimum {
  readonly samples: number;
  readonly commands: number;
  readonly deviceRequests: number;
  /** Samples whose times show that the clock of their collector was plainly wrong: their times prove nothing. */
  readonly wrongClock: number;
  /** Messages of SAMPLES that no holder said, and those of them that lie in quarantine. */
  readonly forged: number;
  readonly forgedInQuarantine: number;
}

export interface Verdict {
  readonly counts: Counts;
  readonly ticks: TickCounts;
  readonly duplicates: number;
  readonly violations: readonly Violation[];
  /** Why nothing can be concluded; empty when it can. */
  readonly tooLittle: readonly string[];
}

export const defaultMinimum: Minimum = { events: 1, sessions: 1, ticks: 1, handOvers: 0 };

/** Judges recorded data by the invariants. Pure: the same history always gets the same verdict. */
export function verify(
  recorded: History,
  options: { tolerances?: Partial<Tolerances>; minimum?: Partial<Minimum> } = {},
): Verdict {
  const tolerances = { ...defaultTolerances, ...options.tolerances };
  const history = withoutWrongClocks(recorded, tolerances.wrongClockMs);
  // The record has ticks of wrong clocks too, and since when their senders read: either one alone would mislead.
  const { violations: tickViolations, ticks } = accounting(recorded, tolerances);
  // Whether a message is there twice, and whether it is stored, has nothing to do with its reader's clock.
  const doubled = duplicates(recorded);
  const violations = [
    ...answeredCommands(history, tolerances),
    ...legalChain(history),
    ...readModel(history, tolerances),
    ...activity(history, tolerances),
    ...firstPolls(history, tolerances),
    ...epochs(history, tolerances),
    ...fencedTicks(recorded),
    ...forgedNowhere(recorded),
    ...deviceRequests(history, tolerances),
    ...versions(history, tolerances),
    ...untouchedDevices(history, tolerances),
    ...tickViolations,
    ...checkTickAccount(recorded),
    ...confirmedTicks(recorded),
    ...doubled.violations,
    ...storedValues(recorded),
    ...lackedValues(recorded),
    ...publishedValues(recorded),
    ...acknowledged(recorded),
    ...changeRecord(recorded),
  ];
  const sessions = sessionHistories(history);
  const counts: Counts = {
    events: history.events.length,
    sessions: sessions.size,
    ticks: ticks.expected,
    handOvers: [...sessions.values()].reduce((sum, { placements }) => {
      const assigned = placements.filter(({ event }) => event.type === 'session.assigned').length;
      return sum + Math.max(0, assigned - 1);
    }, 0),
    samples: recorded.samples.length,
    commands: history.commands?.length ?? 0,
    deviceRequests: history.requests?.length ?? 0,
    wrongClock: recorded.samples.length - history.samples.length,
    forged: recorded.forged?.length ?? 0,
    forgedInQuarantine: recorded.forged?.filter(({ inQuarantine }) => inQuarantine).length ?? 0,
  };
  return {
    counts,
    ticks,
    duplicates: doubled.count,
    violations,
    tooLittle: tooLittle(counts, { ...defaultMinimum, ...options.minimum }),
  };
}

/**
 * Nothing can be read after it was stored, nor under an epoch before that epoch was given out. A sample that was read
 * long before it was stored is no finding: it may have waited for the broker.
 */
function withoutWrongClocks(history: History, wrongClockMs: number): History {
  const givenOutAt = new Map(history.events.map(({ sequence, storedAtMs }) => [sequence, storedAtMs]));
  const isRight = ({ sample, storedAtMs }: RecordedSample): boolean => {
    const earliestMs = (givenOutAt.get(sample.epoch) ?? 0) - wrongClockMs;
    return sample.read_at <= storedAtMs + wrongClockMs && sample.read_at >= earliestMs;
  };
  const { samples, changeSamples = [] } = history;
  return { ...history, samples: samples.filter(isRight), changeSamples: changeSamples.filter(isRight) };
}

function tooLittle(counts: Counts, minimum: Minimum): string[] {
  return (['events', 'sessions', 'ticks', 'handOvers'] as const).flatMap((what) =>
    counts[what] < minimum[what] ? [`${what}: ${counts[what]} seen, at least ${minimum[what]} needed`] : [],
  );
}
