import { type Sample, sampleMessageId } from '@holdfast/shared/contracts/sample/sample.ts';
import { EpochFence, type FenceVerdict } from '../../../services/writer/src/fencing/epoch-fence.ts';
import type { PlantedBug } from '../faults/planted-bugs.ts';
import type { World } from '../kernel/world.ts';

interface Published {
  readonly epoch: number;
  /** The first tick for which its first message answers. */
  readonly firstTick: number;
}

/**
 * SAMPLES and a writer behind it, which takes each message at once: what it takes and what it rejects. Beside it
 * the right verdict is worked out from the messages alone.
 */
export class SimSink {
  readonly #world: World;
  readonly #bugs: readonly PlantedBug[];
  readonly #fence = new EpochFence();
  readonly #ids = new Set<string>();
  #sequence = 0;
  /** By session, the highest epoch that was published. */
  readonly #highest = new Map<string, number>();
  /** By session and device. */
  readonly #published = new Map<string, Published[]>();

  constructor(world: World, bugs: readonly PlantedBug[]) {
    this.#world = world;
    this.#bugs = bugs;
  }

  take(sample: Sample): void {
    // A repeat within the window of the stream.
    const id = sampleMessageId(sample);
    if (this.#ids.has(id)) return;
    this.#ids.add(id);
    this.#sequence += 1;
    const isAdmitted = this.#judged(sample).admitted;
    const isLate = this.#isLate(sample);
    if (isLate) this.#world.note(isAdmitted ? 'late reading stored' : 'late reading fenced');
    if (isAdmitted !== this.#isBeforeAllLater(sample)) {
      const what = isAdmitted ? 'is stored, though a later holder answers for it' : 'is thrown away';
      this.#world.violate(
        `I6: tick ${sample.tick} of ${sample.session}, read under epoch ${sample.epoch}, ${what}`,
      );
    }
    this.#remember(sample);
  }

  #judged(sample: Sample): FenceVerdict {
    if (this.#bugs.includes('late_readings_taken')) return { admitted: true };
    if (this.#bugs.includes('late_readings_lost') && this.#isLate(sample)) {
      return { admitted: false, fencedBy: this.#highest.get(sample.session) ?? 0 };
    }
    return this.#fence.judge(sample, this.#sequence);
  }

  #isLate({ session, epoch }: Sample): boolean {
    return epoch < (this.#highest.get(session) ?? 0);
  }

  #isBeforeAllLater({ session, device, epoch, tick, through_tick = tick }: Sample): boolean {
    const later = (this.#published.get(`${session}/${device}`) ?? []).filter((other) => other.epoch > epoch);
    return later.every(({ firstTick }) => through_tick < firstTick);
  }

  #remember({ session, device, epoch, tick, since_tick = tick }: Sample): void {
    const key = `${session}/${device}`;
    const published = this.#published.get(key) ?? [];
    this.#published.set(key, published);
    if (!published.some((other) => other.epoch === epoch)) {
      published.push({ epoch, firstTick: Math.min(tick, since_tick) });
    }
    this.#highest.set(session, Math.max(epoch, this.#highest.get(session) ?? 0));
  }
}
