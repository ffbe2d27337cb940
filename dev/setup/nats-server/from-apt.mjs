import { aptCandidate, aptInstall, aptUpdate, canUseApt } from '../apt.mjs';
import { findProgram } from '../find-program.mjs';
import { findNatsServer } from './find-nats-server.mjs';
import { isNewEnough, OLDEST } from './versions.mjs';

/** The system's package, where it is new enough and this user may install it. */
export async function fromApt({ tools, patienceMs, say }) {
  if (findProgram('apt-get') === undefined) return 'this system has none';
  if (!canUseApt()) return 'only root may use it';
  const unreachable = await aptUpdate(patienceMs);
  if (unreachable !== undefined) return unreachable;
  const candidate = await aptCandidate('nats-server');
  if (candidate === undefined) return 'this system has no package nats-server';
  if (!isNewEnough(candidate)) return `its nats-server is ${candidate}, older than ${OLDEST}`;
  say(`Installing nats-server ${candidate} from this system’s packages …`);
  // The package may start a server on port 4222 by itself. We neither use it nor stop it.
  const why = await aptInstall(['nats-server']);
  if (why !== undefined) return why;
  const { program } = await findNatsServer(tools);
  return program === undefined ? 'its package is installed, and yet no nats-server runs' : undefined;
}
