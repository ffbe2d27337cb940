import { lastTickOf, type OutgoingSample, type Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { LastTick, Samples } from '../ports.ts';

/** Stands for values that only the message has. It says that something was read. */
const somethingRead: LastTick['values'] = {};

/** The newest samples in SAMPLES. */
export interface NewestSamples {
  /** Undefined when SAMPLES has none of the device. @throws when it cannot be asked */
  last(taskId: string, deviceId: string, under: number): Promise<Sample | undefined>;
}

/**
 * The newest sample of each device, in the stream or still on its way there. With the stream alone, after an outage a
 * tick would be read again whose sample waits in this process.
 */
export class LastKnownSamples implements Samples {
  readonly #stream: NewestSamples;
  /** By task and device. Objects are overwritten at each tick: new ones would grow old before they are let go. */
  readonly #onTheWay = new Map<string, Map<string, { -readonly [K in keyof LastTick]: LastTick[K] }>>();

  constructor(stream: NewestSamples) {
    this.#stream = stream;
  }

  note(sample: OutgoingSample): void {
    const { task, device_id, session, epoch, miss, isRead, period_ms } = sample;
    const tick = lastTickOf(sample);
    // As in the stream: a partly read tick has values, even if none of them is worth sending.
    const values = isRead ? somethingRead : undefined;
    let devices = this.#onTheWay.get(task);
    if (!devices) {
      devices = new Map();
      this.#onTheWay.set(task, devices);
    }
    const entry = devices.get(device_id);
    if (!entry) {
      devices.set(device_id, { session, epoch, tick, period_ms, values, miss });
      return;
    }
    entry.session = session;
    entry.epoch = epoch;
    entry.tick = tick;
    entry.period_ms = period_ms;
    entry.values = values;
    entry.miss = miss;
  }

  async last(taskId: string, deviceId: string, under: number): Promise<LastTick | undefined> {
    const noted = this.#onTheWay.get(taskId)?.get(deviceId);
    const sample = await this.#stream.last(taskId, deviceId, under).catch((error: unknown) => {
      // Under the same placement no other process has read the device since: a session continues although no service that
      // reads SAMPLES for this collector is up.
      if (noted?.epoch === under) return undefined;
      throw error;
    });
    // A notice of lost ticks answers for all ticks in it.
    const lastStored = sample && lastTickIn(sample);
    if (!noted) return lastStored;
    if (!lastStored) return { ...noted };
    const isNewer =
      noted.session === lastStored.session
        ? noted.tick * noted.period_ms > lastStored.tick * lastStored.period_ms
        : noted.epoch > lastStored.epoch;
    return isNewer ? { ...noted, stored: sample } : lastStored;
  }
}

function lastTickIn(sample: Sample): LastTick {
  const { session, epoch, values, changes, miss, period_ms } = sample;
  const valuesRead = values ?? (changes && somethingRead);
  return { session, epoch, tick: lastTickOf(sample), period_ms, values: valuesRead, miss, stored: sample };
}
