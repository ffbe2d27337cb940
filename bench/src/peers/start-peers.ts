import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type RunningProcess, startProcess } from '@holdfast/dev/child-process.ts';
import { findExecutable } from '@holdfast/dev/find-executable.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import { nodeRedFlow, type PeerLoad } from './node-red-flow.ts';

/** Newer releases of the nodes take their Modbus library from a server that is no npm registry. */
export const nodeRedPackages = { 'node-red': '4.1.15', 'node-red-contrib-modbus': '5.23.3' } as const;

export type StartPeer = (load: PeerLoad) => Promise<RunningProcess>;

const python = '/usr/bin/python3';

/** @returns why it cannot take part, or how to start it */
export async function findPymodbus(): Promise<{ version: string; start: StartPeer } | string> {
  try {
    const ask = ['-c', 'import pymodbus; print(pymodbus.__version__)'];
    const { stdout } = await promisify(execFile)(python, ask);
    return {
      version: stdout.trim(),
      start: ({ port, devices, registers, periodMs }) =>
        startProcess({
          name: 'pymodbus',
          command: python,
          args: [
            join(import.meta.dirname, 'pymodbus-peer.py'),
            ...[port, devices, registers, periodMs / 1_000].map(String),
          ],
        }),
    };
  } catch {
    return 'there is no pymodbus here (Debian: python3-pymodbus)';
  }
}

/** Installs it from npm into the folder. @returns why it cannot take part, or how to start it */
export async function installNodeRed(
  folder: string,
): Promise<{ version: string; start: StartPeer } | string> {
  const npm = findExecutable('npm');
  if (npm === undefined) return 'there is no npm here';
  const home = join(folder, 'node-red');
  await mkdir(home);
  const packages = Object.entries(nodeRedPackages);
  await writeFile(
    join(home, 'package.json'),
    JSON.stringify({ name: 'peer', private: true, dependencies: Object.fromEntries(packages) }),
  );
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  try {
    await promisify(execFile)(npm, ['install', ...flags], { cwd: home, timeout: 600_000 });
  } catch (error) {
    return `npm could not install it: ${error instanceof Error ? error.message.split('\n')[0] : error}`;
  }
  return {
    version: packages.map(([name, version]) => `${name} ${version}`).join(', '),
    start: async (load) => {
      await writeFile(join(home, 'flows.json'), JSON.stringify(nodeRedFlow(load)));
      // Without an editor and without pages: only the runtime takes part.
      await writeFile(
        join(home, 'settings.js'),
        "module.exports = { flowFile: 'flows.json', uiHost: '127.0.0.1', httpAdminRoot: false, httpNodeRoot: false, credentialSecret: false };",
      );
      return startProcess({
        name: 'node-red',
        command: process.execPath,
        args: [
          join(home, 'node_modules/node-red/red.js'),
          ...['--userDir', home, '--port', String(await freePort())],
        ],
        cwd: home,
      });
    },
  };
}
