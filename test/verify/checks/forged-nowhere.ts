import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import { normalise, type TickRange, without } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { ForgedMessage, History, KeptTicks, TickOfDevice, Violation } from '../history.ts';
import { sampleKey, tickKey } from '../tick-keys.ts';

/** All are reported up to this number: a forger that gets through does so all the time. */
const reportedAtMost = 100;

/**
 * I6 and I7 against those who are not holders: nothing that they said is in the database, and every tick on record was
 * mentioned by a holder. A former holder may be on record as fenced, for ticks up to when its session was given to
 * another.
 */
export function forgedNowhere(history: History): Violation[] {
  return [...findStored(history), ...onRecord(history)].slice(0, reportedAtMost);
}

function findStored({ samples, forged = [], database }: History): Violation[] {
  const keyOf = (sample: NonNullable<ForgedMessage['sample']>) => `${sampleKey(sample)}/${sample.epoch}`;
  const forgedByTick = new Map<string, ForgedMessage>();
  for (const message of forged) if (message.sample) forgedByTick.set(keyOf(message.sample), message);
  // Another check covers different values of one tick.
  for (const { sample } of samples) forgedByTick.delete(keyOf(sample));
  return [...(database?.values ?? []), ...(database?.misses ?? [])].flatMap((row): Violation[] => {
    const message = forgedByTick.get(`${tickKey(row)}/${row.epoch}`);
    if (!message) return [];
    const what = `tick ${row.tick} of epoch ${row.epoch} is in the database as ${message.subject} said it, which was not the holder's word (SAMPLES ${message.sequence})`;
    return [{ invariant: 'I6', subject: `${row.session}/${row.device}`, what }];
  });
}

/** When the task was placed again after an epoch, on the broker's clock; infinity where it never was. */
function endsOfEpochs(events: History['events']): (of: { task: string; epoch: number }) => number {
  const byTask = Map.groupBy(
    events.flatMap(({ sequence, storedAtMs, decoded }) =>
      decoded.kind === 'placement' && decoded.event.type === 'session.assigned'
        ? [{ sequence, storedAtMs, task: decoded.event.taskId }]
        : [],
    ),
    ({ task }) => task,
  );
  return ({ task, epoch }) =>
    byTask.get(task)?.find(({ sequence }) => sequence > epoch)?.storedAtMs ?? Number.POSITIVE_INFINITY;
}

interface SenderTicks {
  readonly ticks: TickRange[];
  /** The same ticks, and those before them that are said to have been sent. */
  readonly sent: TickRange[];
  /** Ticks with which a sender has begun whose source had kept what it had to say before. */
  readonly kept: TickRange[];
  /** Ticks of those who held the session once. */
  readonly fenced: TickRange[];
}

function onRecord(history: History): Violation[] {
  const { samples, changeSamples: parts = [], forged = [], undecodable, database, sinceMs, events } = history;
  // A restore brings the record back, not the messages that it came from.
  if (!database || events.some(({ subject }) => subject === subjects.restored)) return [];
  const heldUntil = endsOfEpochs(events);
  /** By session, device and length of the ticks. */
  const byLength = new Map<string, SenderTicks>();
  const devices = new Set<string>();
  const of = ({ session, device, periodMs }: Omit<TickOfDevice, 'tick'>): SenderTicks => {
    const key = `${session}/${device}/${periodMs}`;
    const entry = byLength.get(key) ?? { ticks: [], sent: [], kept: [], fenced: [] };
    byLength.set(key, entry);
    return entry;
  };
  for (const { sample } of [...samples, ...parts]) {
    const { session, device, tick, through_tick: to = tick, since_tick: since = tick } = sample;
    const entry = of({ session, device, periodMs: sample.period_ms });
    devices.add(`${session}/${device}`);
    entry.ticks.push({ from: tick, to });
    entry.sent.push({ from: Math.min(since, tick), to });
    if (sample.source_kept) entry.kept.push({ from: since, to: since });
  }
  for (const { sample, isOwnEpoch, storedAtMs } of forged) {
    if (!sample || !isOwnEpoch) continue;
    const { session, device, tick, through_tick = tick, period_ms } = sample;
    const to = Math.min(through_tick, Math.floor(Math.min(storedAtMs, heldUntil(sample)) / period_ms));
    if (tick <= to) of({ session, device, periodMs: period_ms }).fenced.push({ from: tick, to });
  }
  return database.coverage.flatMap(
    ({ session, device, periodMs, outcome, ranges }: KeptTicks): Violation[] => {
      const subject = `${session}/${device}`;
      const entry = of({ session, device, periodMs });
      // Without any sample of the device in the stream, everything of it may be older.
      if (outcome === 'confirmed' || (!devices.has(subject) && sinceMs > 0)) return [];
      // The ticks of messages that a holder sent and that are unreadable are not known here.
      if (outcome === 'quarantined' && undecodable.length > 0) return [];
      const beforeStream = { from: 0, to: Math.ceil(sinceMs / periodMs) - 1 };
      const accounted = [
        ...(outcome === 'sent' ? entry.sent : outcome === 'source_kept' ? entry.kept : entry.ticks),
        ...(outcome === 'fenced' || outcome === 'buffer_full' ? entry.fenced : []),
      ];
      const [first] = without(normalise(ranges), normalise([...accounted, beforeStream]));
      if (!first) return [];
      const what = `ticks ${first.from} to ${first.to} are on record as ${outcome}, and no holder said anything of them`;
      return [{ invariant: 'I7', subject, what }];
    },
  );
}
