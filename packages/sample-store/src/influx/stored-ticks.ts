import type { StorableSample } from '../sample-store.ts';
import { fromWhere, quoteIdentifier } from './influxql.ts';
import { type Answer, readRows } from './influxql-answer.ts';

/** Samples of one device that are close together in time: one question. */
export interface TickGroup {
  readonly measurement: string;
  readonly device: string;
  readonly samples: readonly StorableSample[];
}

/** Ticks further apart are requested separately, rather than with everything between them. */
const longestGroupMs = 3_600_000;

export function tickGroups(samples: readonly StorableSample[]): TickGroup[] {
  const byDevice = Map.groupBy(samples, ({ measurement, device }) => JSON.stringify([measurement, device]));
  const groups: (TickGroup & { readonly samples: StorableSample[] })[] = [];
  for (const ofDevice of byDevice.values()) {
    let firstTime = Number.NEGATIVE_INFINITY;
    for (const sample of ofDevice.toSorted((a, b) => a.time - b.time)) {
      if (sample.time - firstTime > longestGroupMs) {
        groups.push({ measurement: sample.measurement, device: sample.device, samples: [] });
        firstTime = sample.time;
      }
      groups.at(-1)?.samples.push(sample);
    }
  }
  return groups;
}

/** Asks in which ticks of the group any of its points has a value. */
export function storedTicksStatement({ measurement, device, samples }: TickGroup): string {
  const codes = new Set(
    samples.flatMap(({ values = {}, integers = {} }) => [...Object.keys(values), ...Object.keys(integers)]),
  );
  const columns = [...codes].map((code) => `${quoteIdentifier(code)}::field`);
  const times = samples.map(({ time }) => time);
  return `SELECT ${columns.join(', ')} ${fromWhere({
    devices: [{ deviceCode: device, measurement }],
    start: new Date(Math.min(...times)),
    end: new Date(Math.max(...times) + 1),
  })}`;
}

/** Times of the stored ticks in ms since 1970. */
export function readStoredTicks(documents: readonly unknown[]): Answer<number> {
  const answer = readRows(documents);
  if (!answer.ok) return answer;
  return { ok: true, results: answer.results.flat().map(({ timeMs }) => timeMs) };
}
