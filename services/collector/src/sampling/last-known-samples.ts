import type { OutgoingSample, Sample } from '@holdfast/shared/contracts/sample.ts';
import type { Samples } from '../ports.ts';

/**
 * The newest sample of each device, be it in the stream or still on its way there: after an outage the stream
 * alone would have a tick read again that waits in this process.
 */
export class LastKnownSamples implements Samples {
  readonly #stream: Samples;
  readonly #onTheWay = new Map<string, Sample>();

  constructor(stream: Samples) {
    this.#stream = stream;
  }

  note(sample: OutgoingSample): void {
    // What was read is of no use here.
    const { v, session, epoch, collector, task, device_id, device, site, measurement, tick } = sample;
    const { through_tick, period_ms, time, read_at, miss } = sample;
    const about: Sample = {
      v,
      session,
      epoch,
      collector,
      task,
      device_id,
      device,
      site,
      measurement,
      tick,
      period_ms,
      time,
      read_at,
    };
    if (through_tick !== undefined) about.through_tick = through_tick;
    if (miss) about.miss = miss;
    this.#onTheWay.set(`${sample.task}/${sample.device_id}`, about);
  }

  async last(taskId: string, deviceId: string): Promise<Sample | undefined> {
    const stored = await this.#stream.last(taskId, deviceId);
    const noted = this.#onTheWay.get(`${taskId}/${deviceId}`);
    if (!stored || !noted || noted.session !== stored.session) {
      return isNewer(noted, stored) ? noted : throughTick(stored);
    }
    return noted.tick > (stored.through_tick ?? stored.tick) ? noted : throughTick(stored);
  }
}

function isNewer(noted: Sample | undefined, stored: Sample | undefined): boolean {
  return noted !== undefined && (stored === undefined || noted.epoch > stored.epoch);
}

/** A notice of lost ticks answers for all of them. */
function throughTick(sample: Sample | undefined): Sample | undefined {
  return sample?.through_tick === undefined ? sample : { ...sample, tick: sample.through_tick };
}
