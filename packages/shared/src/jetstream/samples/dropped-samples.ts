import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { encodeSample, type Sample } from '../../contracts/sample/sample.ts';
import { subjects } from '../../contracts/subjects.ts';
import type { HeadEntry } from './sample-head.ts';

interface Dropped {
  readonly about: Sample;
  from: number;
  to: number;
}

/**
 * Reports ticks that SAMPLES has dropped unwritten, as misses in SAMPLES itself, so that the writer puts them on record
 * like those that a collector had to give up. They are reported together: at its limit the stream drops a sample for
 * each report.
 */
export class DroppedSamples {
  readonly #nc: NatsConnection;
  /** Makes message ids unguessable: ids count for the whole stream, so others could use up one that they guess. */
  readonly #secret = crypto.randomUUID();
  readonly #open = new Map<string, Dropped>();
  #closed: Dropped[] = [];

  constructor(nc: NatsConnection) {
    this.#nc = nc;
  }

  add(entries: readonly HeadEntry[]): void {
    for (const { about, fromTick, toTick } of entries) {
      if (!about) continue;
      const key = `${about.session}/${about.epoch}/${about.device_id}/${about.period_ms}/${about.since_tick}`;
      const present = this.#open.get(key);
      if (present && fromTick >= present.from && fromTick <= present.to + 1)
        present.to = Math.max(present.to, toTick);
      else {
        if (present) this.#closed.push(present);
        this.#open.set(key, { about, from: fromTick, to: toTick });
      }
    }
  }

  hasAny(): boolean {
    return this.#open.size + this.#closed.length > 0;
  }

  /**
   * Reports losses; those that could not be reported are kept for the next time.
   * @throws when the broker does not take it
   */
  async tell(): Promise<void> {
    this.#closed.push(...this.#open.values());
    this.#open.clear();
    for (let next = this.#closed[0]; next; next = this.#closed[0]) {
      const { about, from, to } = next;
      // On a separate subject: the newest message on the subject of a collector's device must be its newest sample.
      await jetstream(this.#nc).publish(subjects.droppedSamples(about.task), encodeSample(noticeOf(next)), {
        msgID: `dropped/${this.#secret}/${about.session}/${about.device_id}/${about.period_ms}/${from}-${to}/${about.epoch}`,
      });
      this.#closed.shift();
    }
  }
}

function noticeOf({ about, from, to }: Dropped): Sample {
  const { v, session, epoch, collector, task, device_id, device, site, measurement } = about;
  const { config_version, period_ms, since_tick, read_at } = about;
  return {
    ...{ v, session, epoch, collector, task, device_id, device, site, measurement, period_ms },
    ...(config_version === undefined ? {} : { config_version }),
    ...(since_tick === undefined ? {} : { since_tick }),
    tick: from,
    through_tick: to,
    time: from * period_ms,
    read_at,
    miss: {
      cause: 'buffer_full',
      detail: 'SAMPLES was full, or its limit of age reached, before the database had taken them',
    },
  };
}
