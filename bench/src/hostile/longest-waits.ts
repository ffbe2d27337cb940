import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { InvalidMeasurement } from '../benchmark.ts';
import { until } from '../fleet/until.ts';
import { longestTime } from '../timed.ts';
import { type BesiegedPlant, periodMs, renewMs } from './besieged-plant.ts';

const lookEveryMs = 20;
const sessions = '/api/acquisition/sessions/?limit=1';
/** A tick that is not stored so long before a later one was never read. */
const givenUpAfterMs = 10_000;

/** Longest waits of others, ms. */
export interface LongestWaits {
  /** For an answer of the API. */
  readonly apiMs: number;
  /** From the time of a tick of the honest collector until it is stored, or between its stored ticks beyond their period. */
  readonly samplesMs: number;
  /** Between renewals of the supervisor's lead, beyond their normal interval. */
  readonly leadMs: number;
}

/** Looks at all three until `work` is over, and until what was under way then has ended. */
export async function longestWaits(
  plant: BesiegedPlant,
  { client, renewals }: { readonly client: pg.Client; readonly renewals: readonly number[] },
  work: () => Promise<unknown>,
): Promise<LongestWaits> {
  const fromMs = Date.now();
  let isOver = false;
  let overMs = Number.POSITIVE_INFINITY;
  const stored = new StoredTicks(client, plant.honest, fromMs);
  const ticks = async (): Promise<number> => {
    while (!isOver) {
      await stored.look();
      await sleep(lookEveryMs);
    }
    await until('the samples of the phase to be stored', () => stored.look(overMs), plant.check);
    return stored.longestMs(overMs);
  };
  const answers = longestTime(() => plant.measured.read(sessions), {
    isOver: () => isOver,
    pauseMs: lookEveryMs,
  });
  const watched = Promise.all([answers, ticks()]);
  // Where the work fails first, its error counts.
  watched.catch(() => undefined);
  try {
    await work();
  } finally {
    overMs = Date.now();
    isOver = true;
  }
  const [apiS, samplesMs] = await watched;
  await until('the lead to be renewed', () => (renewals.at(-1) ?? 0) > overMs, plant.check);
  const before = renewals.findLastIndex((atMs) => atMs <= fromMs);
  const after = renewals.findIndex((atMs) => atMs > overMs);
  const during = renewals.slice(Math.max(0, before), after + 1);
  const gaps = during.slice(1).map((atMs, nth) => atMs - (during[nth] ?? atMs));
  const leadMs = Math.max(0, Math.max(...gaps) - renewMs);
  return { apiMs: Math.round(apiS * 1_000), samplesMs: Math.round(samplesMs), leadMs: Math.round(leadMs) };
}

/** When the ticks of the honest collector's devices came into the database. */
class StoredTicks {
  readonly #client: pg.Client;
  readonly #honest: BesiegedPlant['honest'];
  readonly #fromMs: number;
  /** By device, the ticks' times, ms since 1970. */
  readonly #ticksByDevice: ReadonlyMap<string, Set<number>>;
  #longestMs = 0;

  constructor(client: pg.Client, honest: BesiegedPlant['honest'], fromMs: number) {
    this.#client = client;
    this.#honest = honest;
    this.#fromMs = Math.ceil(fromMs / periodMs) * periodMs;
    this.#ticksByDevice = new Map(honest.devices.map((device) => [device, new Set<number>()]));
  }

  /** @returns whether each device has a tick from this time on, and none is missing that may still come */
  async look(untilMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    const since = Math.min(...this.#honest.devices.map((device) => this.#complete(device)));
    const { rows } = await this.#client.query<{ device: string; ms: string }>(
      `select device_code as device, (extract(epoch from time) * 1000)::bigint as ms
       from samples.sample_value join samples.series on series_id = id
       where series_id = any (array(select id from samples.series where session_id = $1))
         and time > to_timestamp($2::float8 / 1000)`,
      [this.#honest.session, since],
    );
    const nowMs = Date.now();
    for (const { device, ms } of rows) {
      const ticks = this.#ticksByDevice.get(device);
      if (!ticks) throw new InvalidMeasurement(`the session has no device ${device}`);
      if (ticks.has(Number(ms))) continue;
      ticks.add(Number(ms));
      this.#longestMs = Math.max(this.#longestMs, nowMs - Number(ms));
    }
    return this.#honest.devices.every((device) => this.#complete(device) >= untilMs);
  }

  longestMs(untilMs: number): number {
    const gaps = [...this.#ticksByDevice.values()].flatMap((ticks) => {
      const sorted = [this.#fromMs - periodMs, ...ticks]
        .filter((ms) => ms <= untilMs + periodMs)
        .sort((a, b) => a - b);
      return sorted.slice(1).map((ms, nth) => ms - (sorted[nth] ?? ms) - periodMs);
    });
    return Math.max(this.#longestMs, ...gaps);
  }

  /** Up to which tick none is missing that may still come. */
  #complete(device: string): number {
    const ticks = this.#ticksByDevice.get(device) ?? new Set();
    const newest = Math.max(0, ...ticks);
    let ms = this.#fromMs - periodMs;
    while (ticks.has(ms + periodMs) || newest - ms > givenUpAfterMs) ms += periodMs;
    return ms;
  }
}
