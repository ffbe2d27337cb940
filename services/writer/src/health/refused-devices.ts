import { codesOf } from '@holdfast/sample-store/refusals.ts';
import type { Refusal, StorableSample } from '@holdfast/sample-store/sample-store.ts';
import {
  mostRefusedDevices,
  mostRefusedPoints,
  type RefusedValues,
} from '@holdfast/shared/contracts/sink-status.ts';

/** A refusal that has not recurred for this long, and for three ticks, is no longer news. */
const newsForMs = 10 * 60_000;
const devicesKept = 10_000;
const reasonLength = 500;

interface Refused {
  readonly session: string;
  readonly device: string;
  readonly codes: Set<string>;
  readonly sinceMs: number;
  readonly periodMs: number;
  reason: string;
  lastMs: number;
  ticks: number;
}

/**
 * Devices whose values go to quarantine because the database refuses them, until it takes values of the same points
 * again.
 */
export class RefusedDevices {
  readonly #byDevice = new Map<string, Refused>();

  refused({ sample, codes, reason }: Refusal, nowMs: number): void {
    const { session, device, period_ms: periodMs } = sample;
    const key = keyOf(sample);
    const present = this.#byDevice.get(key);
    if (!present && this.#byDevice.size >= devicesKept) this.#byDevice.clear();
    const entry: Refused = present ?? {
      session,
      device,
      periodMs,
      codes: new Set(),
      sinceMs: nowMs,
      reason,
      lastMs: nowMs,
      ticks: 0,
    };
    for (const code of codes === 'all' ? codesOf(sample) : codes) entry.codes.add(code);
    entry.reason = reason.slice(0, reasonLength);
    entry.lastMs = nowMs;
    entry.ticks += 1;
    this.#byDevice.set(key, entry);
  }

  /** Notes a sample that was stored with all its values. */
  forgetStored(sample: StorableSample): void {
    if (this.#byDevice.size === 0) return;
    const key = keyOf(sample);
    const entry = this.#byDevice.get(key);
    if (!entry) return;
    for (const code of codesOf(sample)) entry.codes.delete(code);
    if (entry.codes.size === 0) this.#byDevice.delete(key);
  }

  /** How many sessions have refused devices. */
  sessions(nowMs: number): number {
    return new Set(this.#current(nowMs).map(({ session }) => session)).size;
  }

  /** The latest ones first. */
  told(nowMs: number): { refused: RefusedValues[]; refused_left_out: number } {
    const all = this.#current(nowMs).toSorted((a, b) => b.lastMs - a.lastMs);
    return {
      refused: all
        .slice(0, mostRefusedDevices)
        .map(({ session, device, codes, reason, sinceMs, lastMs, ticks }) => ({
          session,
          device,
          point_codes: [...codes].slice(0, mostRefusedPoints),
          points: codes.size,
          reason,
          since: new Date(sinceMs).toISOString(),
          last: new Date(lastMs).toISOString(),
          ticks,
        })),
      refused_left_out: Math.max(0, all.length - mostRefusedDevices),
    };
  }

  #current(nowMs: number): Refused[] {
    for (const [key, { lastMs, periodMs }] of this.#byDevice) {
      if (nowMs - lastMs > Math.max(newsForMs, 3 * periodMs)) this.#byDevice.delete(key);
    }
    return [...this.#byDevice.values()];
  }
}

function keyOf({ session, device }: Pick<StorableSample, 'session' | 'device'>): string {
  return `${session} ${device}`;
}
