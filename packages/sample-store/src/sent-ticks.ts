import { lastTickOf } from '@holdfast/shared/contracts/sample/sample.ts';
import type { StorableSample } from './sample-store.ts';
import type { TickEntry } from './tick-coverage.ts';

const dayMs = 86_400_000;
/** Longer than SAMPLES holds anything by default; what a device sent before need not be told again. */
export const daysTold = 7;
/** More devices than this are told of twice rather than remembered. */
const devicesKnown = 200_000;

interface Known {
  readonly periodMs: number;
  readonly sinceTick: number;
  /** Days since 1970, UTC: of the newest sample that was told. */
  readonly day: number;
}

export interface SentNews {
  readonly entries: readonly TickEntry[];
  /** They are on record now. */
  recorded(): void;
}

/**
 * The word of samples about those before them, for the book of ticks: since when their sender has sent something for every
 * tick of the device. Told once for each sender and day, and so next to nothing on the way of a sample.
 */
export class SentTicks {
  readonly #known = new Map<string, Map<string, Known>>();
  #devices = 0;

  newsOf(samples: readonly StorableSample[]): SentNews {
    const entries: TickEntry[] = [];
    const news: { readonly session: string; readonly device: string; readonly known: Known }[] = [];
    for (const sample of samples) {
      const { session, device, since_tick: sinceTick, period_ms: periodMs } = sample;
      // The first of a range: what follows of it is the range's own.
      const tick = sample.part === undefined ? sample.tick : lastTickOf(sample);
      if (sinceTick === undefined || sinceTick > tick) continue;
      const day = Math.floor((tick * periodMs) / dayMs);
      const known = this.#known.get(session)?.get(device);
      const isSame = known?.periodMs === periodMs && known.sinceTick === sinceTick;
      if (isSame && known.day >= day) continue;
      const fromDay = isSame ? Math.max(known.day, day - daysTold) : day - daysTold;
      const from = Math.max(sinceTick, Math.ceil((fromDay * dayMs) / periodMs));
      entries.push({ sessionId: session, deviceCode: device, periodMs, from, to: tick, outcome: 'sent' });
      news.push({ session, device, known: { periodMs, sinceTick, day } });
    }
    return { entries, recorded: () => this.#remember(news) };
  }

  #remember(news: readonly { session: string; device: string; known: Known }[]): void {
    for (const { session, device, known } of news) {
      if (this.#devices >= devicesKnown) {
        this.#known.clear();
        this.#devices = 0;
      }
      const devices = this.#known.get(session) ?? new Map<string, Known>();
      this.#known.set(session, devices);
      if (!devices.has(device)) this.#devices += 1;
      devices.set(device, known);
    }
  }
}
