import type { History, RecordedSample, Violation } from '../history.ts';
import { readBeforeTakeover } from '../read-before-takeover.ts';
import { type SessionHistory, sessionHistories } from '../session-histories.ts';
import type { Tolerances } from '../tolerances.ts';

/**
 * I6 on the samples: every epoch is one that the log gave to that collector; per session and device epochs rise
 * with the ticks and no tick was read under two, but for the one within which a session was taken over; nothing was read under
 * an epoch after another was given out.
 */
export function epochs(history: History, tolerances: Pick<Tolerances, 'clockMs' | 'stopMs'>): Violation[] {
  const sessions = sessionHistories(history);
  const repeated = readBeforeTakeover(history);
  const violations: Violation[] = [];
  for (const [subject, samples] of samplesByDevice(history.samples)) {
    const session = sessions.get(samples[0]?.sample.session ?? '');
    if (!session) continue;
    const problems = [
      ...strangers(samples, session),
      ...overlaps(samples.filter(({ sequence }) => !repeated.has(sequence))),
      ...afterTheNext(samples, session, tolerances),
    ];
    violations.push(...problems.map((what): Violation => ({ invariant: 'I6', subject, what })));
  }
  return violations;
}

function samplesByDevice(samples: readonly RecordedSample[]): Map<string, RecordedSample[]> {
  const grouped = new Map<string, RecordedSample[]>();
  for (const recorded of samples) {
    const key = `${recorded.sample.session}/${recorded.sample.device}`;
    const group = grouped.get(key);
    if (group) group.push(recorded);
    else grouped.set(key, [recorded]);
  }
  return grouped;
}

function strangers(samples: readonly RecordedSample[], { placements }: SessionHistory): string[] {
  const holders = new Map(
    placements.flatMap(({ event, sequence }) =>
      event.type === 'session.assigned' ? [[sequence, event.collectorId] as const] : [],
    ),
  );
  const keys = new Set<string>();
  const problems: string[] = [];
  for (const { sample, sequence } of samples) {
    const key = `${sample.epoch}/${sample.collector}`;
    if (keys.has(key)) continue;
    keys.add(key);
    const holder = holders.get(sample.epoch);
    if (holder === sample.collector) continue;
    problems.push(
      `SAMPLES ${sequence}: ${sample.collector} read under epoch ${sample.epoch}, which the log gave to ${holder ?? 'nobody'}`,
    );
  }
  return problems;
}

/** A tick that was only counted as missed in arrears was not read: the next holder may answer for it again. */
function wasRead({ sample }: RecordedSample): boolean {
  const { cause } = sample.miss ?? {};
  return cause !== 'overrun' && cause !== 'buffer_full' && cause !== 'lease_lost';
}

/** When the tick was scheduled, in ms since 1970: ticks of a device may have had several lengths. */
function timeOf({ sample: { tick, period_ms: periodMs } }: RecordedSample): number {
  return tick * periodMs;
}

function overlaps(samples: readonly RecordedSample[]): string[] {
  const readings = samples.filter(wasRead).toSorted((a, b) => timeOf(a) - timeOf(b));
  const problems: string[] = [];
  let highest: RecordedSample | undefined;
  for (const recorded of readings) {
    const { tick, epoch } = recorded.sample;
    if (highest && timeOf(highest) === timeOf(recorded) && highest.sample.epoch !== epoch) {
      problems.push(
        `tick ${tick} was read under epoch ${highest.sample.epoch} (SAMPLES ${highest.sequence}) and ${epoch} (${recorded.sequence})`,
      );
    } else if (highest && epoch < highest.sample.epoch) {
      problems.push(
        `tick ${tick} was read under epoch ${epoch} (SAMPLES ${recorded.sequence}) after tick ${highest.sample.tick} under ${highest.sample.epoch} (${highest.sequence})`,
      );
    }
    if (!highest || epoch >= highest.sample.epoch) highest = recorded;
  }
  return problems.slice(0, 5);
}

/**
 * The tick's scheduled time counts, not when the reply was there: a process that was stopped while its request was
 * under way sees the reply much later. A collector that is cut off when its session is paused and given to it again reads on
 * under the epoch that it knows, until its lease ends: no other collector reads then.
 */
function afterTheNext(
  samples: readonly RecordedSample[],
  { placements }: SessionHistory,
  { clockMs, stopMs }: Pick<Tolerances, 'clockMs' | 'stopMs'>,
): string[] {
  const assigned = placements.flatMap(({ event, sequence, storedAtMs }) =>
    event.type === 'session.assigned' ? [{ sequence, storedAtMs, collector: event.collectorId }] : [],
  );
  for (const recorded of samples) {
    if (!wasRead(recorded)) continue;
    const { epoch, tick, period_ms: periodMs } = recorded.sample;
    const lateMs = (next: { storedAtMs: number }) => tick * periodMs - next.storedAtMs;
    const missed = assigned.find(
      (next) =>
        next.sequence > epoch &&
        lateMs(next) > (next.collector === recorded.sample.collector ? stopMs : clockMs),
    );
    if (!missed) continue;
    // One is enough: a collector that reads on does so for many ticks.
    return [
      `SAMPLES ${recorded.sequence}: tick ${tick} was read under epoch ${epoch}, ${lateMs(missed)} ms after epoch ${missed.sequence} was given out`,
    ];
  }
  return [];
}
