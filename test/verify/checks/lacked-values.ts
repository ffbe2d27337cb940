import { sampleVersion } from '@holdfast/shared/contracts/sample/sample.ts';
import { firstRangeAfter } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { History, LackingTicks, RecordedSample, Violation } from '../history.ts';
import { sessionHistories } from '../session-histories.ts';
import { sampleKey, tickKey } from '../tick-keys.ts';

/** All are reported up to this number: a writer that loses values does so all the time. */
const reportedAtMost = 100;

/**
 * I7 for values: what completeness counts as delivered is in the database. For each point that is sent in every tick that is read,
 * a stored tick has the value, or the record says that it lacks the point; never both.
 */
export function lackedValues(history: History): Violation[] {
  const { values = [], lacking } = history.database ?? {};
  if (!lacking) return [];
  const published = new Map<string, RecordedSample>();
  for (const recorded of history.samples) {
    published.set(`${sampleKey(recorded.sample)}/${recorded.sample.epoch}`, recorded);
  }
  const refused = new Map(history.quarantined.map(({ sequence, codes = [] }) => [sequence, new Set(codes)]));
  const pointsOf = sentInEachTick(history);
  const byDevice = Map.groupBy(lacking, keyOf);
  const violations: Violation[] = [];
  for (const row of values) {
    const recorded = published.get(`${tickKey(row)}/${row.epoch}`);
    // Older collectors do not say what their ticks lack.
    if (!recorded || recorded.sample.v !== sampleVersion || !row.values) continue;
    const lists = (byDevice.get(keyOf(row)) ?? []).filter(({ ranges }) => has(ranges, row.tick));
    if (lists.some(({ codes }) => codes === undefined)) continue;
    const lacked = new Set(lists.flatMap(({ codes = [] }) => codes));
    for (const code of pointsOf(recorded)) {
      const isStored = code in row.values;
      if (isStored !== lacked.has(code) || refused.get(recorded.sequence)?.has(code)) continue;
      if (violations.length >= reportedAtMost) return violations;
      const what = isStored
        ? 'is on record as lacking, and is in the database'
        : 'is neither in the database nor on record as lacking';
      violations.push({
        invariant: 'I7',
        subject: `${row.session}/${row.device}`,
        what: `tick ${row.tick} (SAMPLES ${recorded.sequence}): a value of ${code} ${what}`,
      });
    }
  }
  return violations;
}

/** For a sample, the codes of its device's points that are sent in each tick, by the version that it was read by. */
function sentInEachTick(history: History): (recorded: RecordedSample) => readonly string[] {
  const placed = new Map(
    [...sessionHistories(history).values()].flatMap(({ placements }) =>
      placements.flatMap(({ event, sequence }) =>
        event.type === 'session.assigned' ? [[sequence, event.configVersion] as const] : [],
      ),
    ),
  );
  return ({ sample: { task, device, epoch, config_version: version = placed.get(epoch) } }) =>
    history.configs.get(`${task}/${version}`)?.devices.find(({ code }) => code === device)?.eachTick ?? [];
}

function keyOf({ session, device, periodMs }: Omit<LackingTicks, 'codes' | 'ranges'>): string {
  return `${session}/${device}/${periodMs}`;
}

function has(ranges: LackingTicks['ranges'], tick: number): boolean {
  const range = ranges[firstRangeAfter(ranges, tick) - 1];
  return range !== undefined && tick <= range.to;
}
