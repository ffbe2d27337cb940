import { SampleStoreUnavailable } from '@holdfast/sample-store/sample-store.ts';
import type { DeviceOfSession, TickCoverage } from '@holdfast/sample-store/tick-coverage.ts';

/** Over all holders of a session, as RFC 3339. */
export interface OnRecord {
  /** Scheduled time of the first tick on record, be it a miss. */
  readonly first: string;
  /** Scheduled time of the last stored tick; null where there is none. */
  readonly lastGood: string | null;
}

/** By session, then by device code; nothing is in it while the store of samples is away. */
export type RecordOf = (session: string, device: string) => OnRecord | undefined;

/** Tells what is on record of devices that their present holder has never heard. */
export type LastGood = (devices: readonly DeviceOfSession[]) => Promise<RecordOf>;

interface Asked {
  readonly atMs: number;
  readonly answer: Promise<ReadonlyMap<string, OnRecord>>;
}

/** Only values of a former holder that come late change it: whoever is heard again is not asked for. */
const freshMs = 10_000;

const keyOf = (session: string, device: string) => JSON.stringify([session, device]);

/** Asks for all of them in one statement, once for all screens. */
export function lastGood(coverage: Pick<TickCoverage, 'lastStored'>): LastGood {
  const known = new Map<string, Asked>();
  return async (devices) => {
    const nowMs = performance.now();
    for (const [key, { atMs }] of known) if (nowMs - atMs > freshMs) known.delete(key);
    const unasked = devices.filter(({ sessionId, deviceCode }) => !known.has(keyOf(sessionId, deviceCode)));
    if (unasked.length > 0) {
      const keys = unasked.map(({ sessionId, deviceCode }) => keyOf(sessionId, deviceCode));
      // Whoever asks next asks anew.
      const forget = () => {
        for (const key of keys) if (known.get(key) === asked) known.delete(key);
      };
      const asked: Asked = { atMs: nowMs, answer: ask(coverage, unasked, forget) };
      for (const key of keys) known.set(key, asked);
    }
    const answers = new Set(
      devices.map(({ sessionId, deviceCode }) => known.get(keyOf(sessionId, deviceCode))?.answer),
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
    const found = await coverage.lastStored(devices);
    return new Map(
      found.map(({ sessionId, deviceCode, firstMs, storedMs }) => [
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
