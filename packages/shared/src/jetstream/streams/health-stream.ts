import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { type DeviceHealthChange, encodeHealthChange } from '../../contracts/health-change.ts';
import { subjects } from '../../contracts/subjects.ts';

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
