import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { streamNames } from '../../contracts/subjects.ts';
import { streamSetUp } from './leader-info.ts';

/**
 * Names this installation: when its session log was made, in ms since 1970. What a service keeps on its own disk
 * is kept under this name, so that a machine that served another installation before, or serves two, does not
 * mix them up.
 * @throws when the broker cannot be asked
 */
export async function installationId(nc: NatsConnection): Promise<string> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const { created } = await streamSetUp(jsm, streamNames.sessions);
  return String(Date.parse(created));
}
