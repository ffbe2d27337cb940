import {
  type HistoryPoint,
  HistoryQueryRefused,
  type SampleStore,
  SampleStoreUnavailable,
} from '@holdfast/sample-store/sample-store.ts';
import type { PointValueView } from '@holdfast/shared/contracts/http/points-http.ts';
import type { UnavailableSources } from '@holdfast/shared/contracts/http/unavailable-sources.ts';
import { uncertainFlag } from '@holdfast/shared/contracts/sample/changes.ts';
import type { PointValue, Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { BrokerUnavailable, type LastReadings, type LiveSamples } from '../../ports.ts';
import { localize } from '../../problems/localize.ts';
import type { ConfiguredPoint } from './configured-points.ts';
import type { LastRead } from './next-periods.ts';
import { historyText } from './texts.ts';

export interface PointValueSources {
  readonly samples: Pick<SampleStore, 'lastValues'>;
  readonly lastReadings: LastReadings;
  readonly nextPeriods: (readings: readonly LastRead[]) => Promise<ReadonlyMap<string, number>>;
  readonly live: Pick<LiveSamples, 'bounds'>;
}

interface LastValue {
  readonly value: PointValue;
  readonly quality: 'good' | 'uncertain';
  readonly timeMs: number;
  readonly sessionId: string | null;
}

const brokerUnavailableNotice = () => ({
  what: 'broker' as const,
  detail: localize(historyText('nats_does_not_answer_now_values')),
});
const storeUnavailableNotice = () => ({
  what: 'store' as const,
  detail: localize(historyText('the_database_of_values_does')),
});

/**
 * The last value of each point. The last readings in SAMPLES have nearly all of them. The store has the rest: points
 * that are read less often than their device, send only changes, or whose device is silent.
 */
export async function pointValues(
  { samples, lastReadings, nextPeriods, live }: PointValueSources,
  points: readonly ConfiguredPoint[],
): Promise<{ results: PointValueView[]; liveId: string | null; notAsked: UnavailableSources }> {
  // Asked before the readings: whatever comes meanwhile is reported twice rather than not at all.
  const bounds = await unlessAway(live.bounds());
  const deviceIds = [...new Set(points.map(({ deviceId }) => deviceId))];
  // A broker that hangs is waited for only once.
  const readings = bounds && (await unlessAway(lastReadings(deviceIds)));
  const byDevice = Map.groupBy(readings ?? [], ({ device_id }) => device_id);
  const latestOf = new Map([...byDevice].map(([id, ofDevice]) => [id, youngest(ofDevice)]));
  const next = await nextPeriods([...latestOf.values()].filter((latest) => latest !== undefined));
  const nowMs = Date.now();
  const places = points.flatMap((point) => {
    const ofDevice = byDevice.get(point.deviceId) ?? [];
    return point.codes.map((code) => ({ point, code, read: lastRead(ofDevice, code) }));
  });
  const lacking = places.flatMap(({ point: { device, measurement }, code, read }) =>
    read ? [] : [{ deviceCode: device, measurement, pointCode: code }],
  );
  const storedValues = lacking.length === 0 ? [] : await unlessAway(samples.lastValues(lacking));
  const byPlace = new Map(storedValues?.map((each) => [placeOf(each.device, each.pointCode), each]));
  const results = places.map(({ point, code, read }): PointValueView => {
    const last = read ?? fromStore(byPlace.get(placeOf(point.device, code)));
    const latest = latestOf.get(point.deviceId);
    return {
      device: point.device,
      point_code: code,
      name: point.name,
      unit: point.unit,
      value: last?.value ?? null,
      quality: last?.quality ?? null,
      time: last ? rfc3339(last.timeMs) : null,
      age_seconds: last ? Math.max(0, (nowMs - last.timeMs) / 1_000) : null,
      session_id: last?.sessionId ?? null,
      period_ms: latest?.period_ms ?? null,
      next_period_ms: next.get(point.device) ?? null,
      miss: latest?.miss
        ? { ...latest.miss, detail: localize(latest.miss.detail), time: rfc3339(latest.time) }
        : null,
    };
  });
  return {
    results,
    liveId: bounds && readings ? String(bounds.lastSequence) : null,
    notAsked: [
      ...(readings ? [] : [brokerUnavailableNotice()]),
      ...(storedValues ? [] : [storeUnavailableNotice()]),
    ],
  };
}

/** The last value with this code, if the readings have one. */
function lastRead(readings: readonly Sample[], code: string): LastValue | undefined {
  let last: LastValue | undefined;
  for (const { values, integers, uncertain, changes, time, session: sessionId } of readings) {
    const [offset, changed, flags = 0] = changes?.[code]?.at(-1) ?? [0];
    const value = integers?.[code] ?? values?.[code] ?? changed;
    const timeMs = time + offset;
    if (value === undefined || (last && last.timeMs > timeMs)) continue;
    const isDoubtful = uncertain?.includes(code) || (flags & uncertainFlag) !== 0;
    last = { value, quality: isDoubtful ? 'uncertain' : 'good', timeMs, sessionId };
  }
  return last;
}

function youngest(readings: readonly Sample[]): Sample | undefined {
  return readings.reduce<Sample | undefined>(
    (last, reading) => (last && last.time > reading.time ? last : reading),
    undefined,
  );
}

function fromStore(point: HistoryPoint | undefined): LastValue | undefined {
  if (!point) return undefined;
  const { value, quality, time } = point;
  return { value, quality, timeMs: time.getTime(), sessionId: null };
}

function placeOf(device: string, code: string): string {
  return JSON.stringify([device, code]);
}

async function unlessAway<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    const isAway =
      error instanceof BrokerUnavailable ||
      error instanceof SampleStoreUnavailable ||
      // VictoriaMetrics cannot answer this question.
      error instanceof HistoryQueryRefused;
    if (isAway) return undefined;
    throw error;
  }
}

/** A time as RFC 3339, or empty if a wrong clock gave a time that no calendar has. */
function rfc3339(ms: number): string {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? '' : time.toISOString();
}
