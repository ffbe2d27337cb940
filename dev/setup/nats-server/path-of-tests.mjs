import { delimiter } from 'node:path';
import { setupConfig } from '../config.mjs';
import { natsServerFolder } from './find-nats-server.mjs';

/** The PATH of a test run: the broker that is tested comes first on it, for whatever a test starts. */
export function pathOfTests() {
  return [natsServerFolder(setupConfig().TEST_NATS_SERVER), process.env.PATH ?? ''].join(delimiter);
}
