import { SampleStoreUnavailable } from '@holdfast/sample-store/sample-store.ts';
import type { DeviceOfSession, TickCoverage } from '@holdfast/sample-store/tick-coverage.ts';

/** Times on record over all holders of a session, as RFC 3339. */
export interface OnRecord {
  /** Scheduled time of the first tick on record, even if it was a miss. */
  readonly first: string;
  /** Scheduled time of the last stored tick, or null if there is none. */
  readonly lastGood: string | null;
}

/** Looks up what is on record, by session and device code; finds nothing while the store of samples is unavailable. */
export type FindRecord = (session: string, device: string) => OnRecord | undefined;

/** What is on record for devices that their present holder has never heard. */
export type LastGood = (devices: readonly DeviceOfSession[]) => Promise<FindRecord>;

interface Lookup {
  readonly atMs: number;
  readonly answer: Promise<ReadonlyMap<string, OnRecord>>;
}

/**
 * Answers stay good for this long: only late values of a former holder change them, and devices heard again are not
 * looked up.
 */
const freshMs = 10_000;

const keyOf = (session: string, device: string) => JSON.stringify([session, device]);

/** Looks all devices up in one statement, once for all screens. */
export function lastGood(coverage: Pick<TickCoverage, 'lastStored'>): LastGood {
  const lookups = new Map<string, Lookup>();
  return async (devices) => {
    const nowMs = performance.now();
    for (const [key, { atMs }] of lookups) if (nowMs - atMs > freshMs) lookups.delete(key);
    const unasked = devices.filter(({ sessionId, deviceCode }) => !lookups.has(keyOf(sessionId, deviceCode)));
    if (unasked.length > 0) {
      const keys = unasked.map(({ sessionId, deviceCode }) => keyOf(sessionId, deviceCode));
      // After a failure, the next caller asks again.
      const forget = () => {
        for (const key of keys) if (lookups.get(key) === lookup) lookups.delete(key);
      };
      const lookup: Lookup = { atMs: nowMs, answer: ask(coverage, unasked, forget) };
      for (const key of keys) lookups.set(key, lookup);
    }
    const answers = new Set(
      devices.map(({ sessionId, deviceCode }) => lookups.get(keyOf(sessionId, deviceCode))?.answer),
    );
    const all = await Promise.all(answers);
    return (session, device) => {
      const key = keyOf(session, device);
      return all.find((answer) => answer?.has(key))?.get(key);
    };
  };
}

async function ask(
  coverage: Pick<TickCoverage, 'lastStored'>,
  devices: readonly DeviceOfSession[],
  onFailure: () => void,
): Promise<ReadonlyMap<string, OnRecord>> {
  try {
    const records = await coverage.lastStored(devices);
    return new Map(
      records.map(({ sessionId, deviceCode, firstMs, storedMs }) => [
        keyOf(sessionId, deviceCode),
        {
          first: new Date(firstMs).toISOString(),
          lastGood: storedMs === undefined ? null : new Date(storedMs).toISOString(),
        },
      ]),
    );
  } catch (error) {
    onFailure();
    if (error instanceof SampleStoreUnavailable) return new Map();
    throw error;
  }
}
