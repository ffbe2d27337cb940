import type { FirstTick, StorableSample } from './sample-store.ts';

/** Most devices remembered; beyond it some are noted twice. */
const mostDevices = 200_000;

export interface FirstTickNews {
  readonly firstTicks: readonly FirstTick[];
  /** Call it when they are recorded. */
  recorded(): void;
}

/** A sender answers for every tick of a device from its first one on; each of its samples names that tick. */
function firstTickMs({
  tick,
  since_tick = tick,
  period_ms,
}: Pick<StorableSample, 'tick' | 'since_tick' | 'period_ms'>): number {
  return Math.min(tick, since_tick) * period_ms;
}

/** Picks the first ticks that are worth noting: one for each device and epoch, which costs next to nothing per sample. */
export class FirstTicks {
  readonly #bySession = new Map<string, Map<string, FirstTick>>();
  #devices = 0;

  newsOf(samples: readonly StorableSample[]): FirstTickNews {
    const news = new Map<string, FirstTick>();
    for (const sample of samples) {
      const { session, device, epoch, sequence } = sample;
      if (sequence === undefined) continue;
      const recorded = this.#bySession.get(session)?.get(device);
      if (recorded?.epoch === epoch && recorded.sequence <= sequence) continue;
      const key = `${epoch} ${session} ${device}`;
      const noted = news.get(key);
      if (noted && noted.sequence <= sequence) continue;
      news.set(key, { session, device, epoch, timeMs: firstTickMs(sample), sequence });
    }
    const firstTicks = [...news.values()];
    return { firstTicks, recorded: () => this.#remember(firstTicks) };
  }

  #remember(firstTicks: readonly FirstTick[]): void {
    for (const first of firstTicks) {
      if (this.#devices >= mostDevices) {
        this.#bySession.clear();
        this.#devices = 0;
      }
      const devices = this.#bySession.get(first.session) ?? new Map<string, FirstTick>();
      this.#bySession.set(first.session, devices);
      const recorded = devices.get(first.device);
      if (!recorded) this.#devices += 1;
      // A late sample of a former epoch is no reason to note the present epoch again.
      if (!recorded || recorded.epoch <= first.epoch) devices.set(first.device, first);
    }
  }
}
