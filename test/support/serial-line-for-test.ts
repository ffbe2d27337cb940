import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanUpAfterFile } from './cleanup.ts';
import { eventually } from './eventually.ts';
import { installedPeer } from './installed-peer.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** For `describe.skipIf(!serialLineIsInstalled())`: a line, and a pymodbus device that can sit at its end. */
export function serialLineIsInstalled(): boolean {
  return installedPeer('socat') !== null && installedPeer('pythonWithPymodbus') !== null;
}

export interface SerialLineForTest {
  /** The end for a collector. */
  readonly ours: string;
  /** The end for a device. */
  readonly theirs: string;
  /** Like pulling the adapter out: both ends are gone. */
  pull(): Promise<void>;
  /** Both ends are there again, under their names. */
  plugIn(): Promise<void>;
}

/** Two pseudo-terminals; what is written to one end arrives at the other. */
export async function serialLineForTest(): Promise<SerialLineForTest> {
  const socat = installedPeer('socat');
  if (socat === null) throw new Error('socat is not installed: guard with serialLineIsInstalled()');
  const folder = await temporaryFolder('serial-line');
  const [ours, theirs] = [join(folder, 'ours'), join(folder, 'theirs')];
  let child: ReturnType<typeof spawn> | undefined;
  const pull = async () => {
    const runningChild = child;
    child = undefined;
    if (!runningChild || runningChild.exitCode !== null || runningChild.signalCode !== null) return;
    const exited = once(runningChild, 'exit');
    runningChild.kill();
    await exited;
  };
  const plugIn = async () => {
    const ends = [ours, theirs].map((path) => `pty,raw,echo=0,link=${path}`);
    child = spawn(socat, ends, { stdio: 'ignore' });
    const areThere = () => Promise.all([stat(ours), stat(theirs)]).catch(() => false);
    await eventually(areThere, { what: 'both ends of the serial line' });
  };
  cleanUpAfterFile(pull);
  await plugIn();
  return { ours, theirs, pull, plugIn };
}
