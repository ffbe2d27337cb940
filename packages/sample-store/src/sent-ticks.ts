import { lastTickOf } from '@holdfast/shared/contracts/sample/sample.ts';
import type { StorableSample } from './sample-store.ts';
import type { TickEntry } from './tick-coverage.ts';

const dayMs = 86_400_000;
/** Longer than SAMPLES holds anything by default; earlier ticks of a device need not be reported again. */
export const reportedDays = 7;
/** Most devices remembered; beyond it some are reported twice. */
const mostDevices = 200_000;

interface ReportedDevice {
  readonly periodMs: number;
  readonly sinceTick: number;
  /** Day of the newest sample that was reported: days since 1970, UTC. */
  readonly day: number;
}

export interface SentNews {
  readonly entries: readonly TickEntry[];
  /** Call it when they are recorded. */
  recorded(): void;
}

/**
 * Reads what samples say about those before them, for the book of ticks: since when their sender has sent something for
 * every tick of the device, which is reported once for each sender and day, and so costs next to nothing per sample;
 * and whether its source had kept earlier values.
 */
export class SentTicks {
  readonly #bySession = new Map<string, Map<string, ReportedDevice>>();
  #devices = 0;

  newsOf(samples: readonly StorableSample[]): SentNews {
    const entries: TickEntry[] = [];
    const news: { readonly session: string; readonly device: string; readonly record: ReportedDevice }[] = [];
    for (const sample of samples) {
      const { session, device, since_tick: sinceTick, period_ms: periodMs } = sample;
      // Only the first tick of a range: the range itself accounts for the rest.
      const tick = sample.part === undefined ? sample.tick : lastTickOf(sample);
      if (sinceTick === undefined || sinceTick > tick) continue;
      const about = { sessionId: session, deviceCode: device, periodMs };
      if (sample.source_kept) {
        entries.push({ ...about, from: sinceTick, to: sinceTick, outcome: 'source_kept' });
      }
      const day = Math.floor((tick * periodMs) / dayMs);
      const recorded = this.#bySession.get(session)?.get(device);
      const isSame = recorded?.periodMs === periodMs && recorded.sinceTick === sinceTick;
      if (isSame && recorded.day >= day) continue;
      const fromDay = isSame ? Math.max(recorded.day, day - reportedDays) : day - reportedDays;
      const from = Math.max(sinceTick, Math.ceil((fromDay * dayMs) / periodMs));
      entries.push({ ...about, from, to: tick, outcome: 'sent' });
      news.push({ session, device, record: { periodMs, sinceTick, day } });
    }
    return { entries, recorded: () => this.#remember(news) };
  }

  #remember(news: readonly { session: string; device: string; record: ReportedDevice }[]): void {
    for (const { session, device, record } of news) {
      if (this.#devices >= mostDevices) {
        this.#bySession.clear();
        this.#devices = 0;
      }
      const devices = this.#bySession.get(session) ?? new Map<string, ReportedDevice>();
      this.#bySession.set(session, devices);
      if (!devices.has(device)) this.#devices += 1;
      devices.set(device, record);
    }
  }
}
