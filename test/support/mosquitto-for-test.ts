import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '@holdfast/dev/free-port.ts';
import { cleanUpAfterFile } from './cleanup.ts';
import { eventually, untilHolds } from './eventually.ts';
import { freeze } from './freeze.ts';
import { installedPeer } from './installed-peer.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** For `describe.skipIf(!mosquittoIsInstalled())`. */
export function mosquittoIsInstalled(): boolean {
  return installedPeer('mosquitto') !== null;
}

export interface MosquittoForTest {
  readonly port: number;
  /** `mqtt://127.0.0.1:…` */
  readonly url: string;
  /** Kills it; its disk has everything up to a moment ago. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /**
   * Kills it at a moment when nothing is lost by that. It acknowledges a message before it saves it: 2.0.11, killed right
   * after an acknowledgement, had lost this one message in 60 of 60 kills.
   * @param hasAll whether what it has acknowledged is on its disk or elsewhere, asked while it stands still
   */
  killWhen(hasAll: (disk: Buffer) => Promise<boolean>): Promise<void>;
  comeBack(): Promise<void>;
}

/**
 * Eclipse Mosquitto, a broker of MQTT, for this test alone, with a store of its own.
 * @param settings more lines of its configuration; every client may do anything unless one forbids it. FOLDER is its folder
 * @param files that lie there, by their names
 */
export async function mosquittoForTest(
  settings: readonly string[] = [],
  files: Readonly<Record<string, string>> = {},
): Promise<MosquittoForTest> {
  const mosquitto = installedPeer('mosquitto');
  if (mosquitto === null) throw new Error('mosquitto is not installed: guard with mosquittoIsInstalled()');
  const folder = await temporaryFolder('mosquitto');
  const port = await freePort();
  const isOpen = !settings.some((line) => line.startsWith('allow_anonymous'));
  const lines = [
    `listener ${port} 127.0.0.1`,
    ...(isOpen ? ['allow_anonymous true'] : []),
    // Started by root, it would become a user who may not read the folder.
    'user root',
    'persistence true',
    `persistence_location ${folder}/`,
    // Otherwise it writes what it keeps every half hour.
    'autosave_interval 1',
    'autosave_on_changes true',
    ...settings.map((line) => line.replaceAll('FOLDER', folder)),
  ];
  const file = join(folder, 'mosquitto.conf');
  await writeFile(file, `${lines.join('\n')}\n`);
  for (const [name, text] of Object.entries(files))
    await writeFile(join(folder, name), text, { mode: 0o600 });
  let running: ChildProcess | undefined;
  const broker: MosquittoForTest = {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    async kill(signal = 'SIGKILL') {
      const child = running;
      running = undefined;
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    },
    async killWhen(hasAll) {
      const pid = running?.pid;
      if (pid === undefined) throw new Error('mosquitto is not running');
      const killIfSaved = async () => {
        const thaw = await freeze(pid);
        try {
          if (!(await hasAll(await readFile(join(folder, 'mosquitto.db'))))) return false;
          await broker.kill();
          return true;
        } finally {
          if (running) thaw();
        }
      };
      await eventually(killIfSaved, { what: 'mosquitto to have saved what it acknowledged', intervalMs: 1 });
    },
    async comeBack() {
      running = spawn(mosquitto, ['-c', file], { stdio: 'ignore' });
      await untilHolds(() => answers(port));
    },
  };
  cleanUpAfterFile(() => broker.kill());
  await broker.comeBack();
  return broker;
}

async function answers(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}
