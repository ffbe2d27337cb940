import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import {
  type DeviceHealthChange,
  encodeHealthChange,
  parseHealthChange,
} from '../../contracts/health-change.ts';
import { streamNames, subjects } from '../../contracts/subjects.ts';
import { type PageBackwards, readBackwards } from '../consume/read-backwards.ts';

/** Publishes changes of device health to HEALTH. */
export class HealthStream {
  readonly #js: JetStreamClient;

  constructor(nc: NatsConnection) {
    this.#js = jetstream(nc);
  }

  async publish(change: DeviceHealthChange): Promise<void> {
    await this.#js.publish(subjects.health(change.task, change.device_id), encodeHealthChange(change));
  }
}

/** Changes of device health, newest first. @throws when the broker cannot be asked */
export function readHealthChanges(
  nc: NatsConnection,
  { before, max }: { readonly before: number | undefined; readonly max: number },
): Promise<PageBackwards<DeviceHealthChange>> {
  return readBackwards(nc, {
    stream: streamNames.health,
    subject: subjects.allHealth,
    before,
    max,
    read: parseHealthChange,
  });
}
