import { delimiter } from 'node:path';
import { setupConfig } from '../config.mjs';
import { natsServerFolder } from './find-nats-server.mjs';

/** The PATH of a test run: the tested broker comes first, for everything that a test starts. */
export function pathOfTests() {
  return [natsServerFolder(setupConfig().TEST_NATS_SERVER), process.env.PATH ?? ''].join(delimiter);
}
