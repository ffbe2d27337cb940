import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DevicePoint } from '@holdfast/driver/device.ts';
import { openLinkHost } from '@holdfast/driver/host/link-host.ts';
import type { PointValue } from '@holdfast/driver/point.ts';
import { PointList } from '@holdfast/driver/point-list.ts';
import { Readings } from '@holdfast/driver/values/readings.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { installedPeer } from '@holdfast/test/support/installed-peer.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { describe, expect, it } from 'vitest';
import { createDriver } from '../driver.ts';
import { connectionSchema, type MelsecConnection } from '../layout/connection.ts';
import type { MelsecPlace } from '../layout/place.ts';
import { MelsecLink } from './melsec-link.ts';

// These simulators know nothing of our code: where both ends are ours, both may be wrong alike.

const python = installedPeer('pythonWithPlcs');

/** Runs a module, and finds its port in the line that says it. */
async function plcOf(args: readonly string[], portIn: RegExp): Promise<number> {
  const child: ChildProcess = spawn(python ?? '', ['-u', '-m', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  cleanUpAfterFile(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  });
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('it has ended without a port')));
    for (const input of [child.stdout, child.stderr]) {
      if (!input) continue;
      createInterface({ input }).on('line', (line) => {
        const port = portIn.exec(line)?.[1];
        if (port !== undefined) resolve(Number(port));
      });
    }
  });
}

async function virtualPlc(profile: string): Promise<number> {
  const init = join(await temporaryFolder('virtual-plc'), 'memory.json');
  const memory = {
    D: { '100': [1, 0xffff, 0x1234], '300': [0, 0x3fc0], '400': [0x6548, 0x6c6c, 0x6f] },
    M: { '10': [1, 0, 1, 1, 0] },
    V: { '3': [1] },
    X: { '31': [1] },
    ZR: { '5000': [77] },
  };
  await writeFile(init, JSON.stringify(memory));
  return plcOf(['virtual_plc', '--port', '0', '--profile', profile, '--init', init], /:(\d+) /);
}

const point = (address: string, data_type: DevicePoint['data_type'], rest: object = {}, length?: number) =>
  ({
    ...{ code: address, data_type, scale: 1, offset: 0, ...rest },
    address: { address, ...(length === undefined ? {} : { length }) },
  }) as DevicePoint<MelsecPlace>;

/** Reads points of a PLC as a collector does, and writes them. */
function reader(
  port: number,
  points: readonly DevicePoint<MelsecPlace>[],
  fields: Partial<MelsecConnection>,
) {
  const connection = connectionSchema.parse({ host: '127.0.0.1', port, ...fields });
  const list = new PointList(points);
  const device = { id: 'd', code: 'plc', protocol: 'melsec', mode: 'polled', timeout_ms: 60_000 } as const;
  const plan = createDriver('melsec').plan({ ...device, connection, points }, list);
  const link = new MelsecLink(connection, openLinkHost());
  cleanUpAfterFile(async () => link.disconnect());
  const due = points.map((_, at) => at);
  return {
    read: async () => {
      const readings = new Readings(list);
      for (const group of plan.groups(due, 0).groups) (await link.read(group, 60_000)).decode(readings);
      return Object.fromEntries(readings.all.map(({ code, value, status }) => [code, value ?? status]));
    },
    write: async (at: number, value: PointValue) => {
      const command = plan.command?.(at, value);
      if (!command || 'field' in command) throw new Error(JSON.stringify(command));
      await link.write(command, 60_000);
    },
  };
}

describe.skipIf(python === null)('a PLC that is not ours', () => {
  it.each([
    ['Q', '3E', 'binary', 'q'],
    ['L', '4E', 'binary', 'l'],
  ] as const)(
    'virtual-plc as a %s, frames %s in %s, gives what it holds and takes writes',
    async (profile, frame, data_code, series) => {
      const port = await virtualPlc(profile);
      const points = [
        point('D100', 'uint16', { count: 3 }),
        point('D300', 'float32'),
        point('D400', 'string', {}, 3),
        point('M10', 'bool', { count: 5 }),
        point('V3', 'bool'),
        point('X1F', 'bool'),
        point('ZR5000', 'int16', { writable: true }),
      ];
      const { read, write } = reader(port, points, { frame, data_code, series });
      const held = {
        ...{ 'D100[0]': 1, 'D100[1]': 0xffff, 'D100[2]': 0x1234, D300: 1.5, D400: 'Hello' },
        ...{ 'M10[0]': true, 'M10[1]': false, 'M10[2]': true, 'M10[3]': true, 'M10[4]': false },
        ...{ V3: true, X1F: true, ZR5000: 77 },
      };
      expect(await read()).toEqual(held);
      await write(6, -78);
      expect(await read()).toEqual({ ...held, ZR5000: -78 });
    },
  );

  it.each([
    ['fx5u-32mt-ds', 'fx5', '3E'],
    ['r04cpu', 'iq_r', '3E'],
  ] as const)('aslmp as a %s keeps what is written', async (target, series, frame) => {
    const port = await plcOf(['aslmp', 'serve', '--target', target, '--healthy'], /^tcp +127\.0\.0\.1:(\d+)/);
    const points = [
      point('D100', 'float32', { writable: true }),
      point('D200', 'int64', { writable: true }),
      point('M20', 'bool', { writable: true }),
      point('D300', 'uint16', { count: 400 }),
    ];
    const { read, write } = reader(port, points, { frame, series });
    await write(0, 1.5);
    await write(1, '-9007199254740993');
    await write(2, true);
    const values = await read();
    expect(values).toMatchObject({ D100: 1.5, D200: '-9007199254740993', M20: true, 'D300[399]': 0 });
    expect(Object.keys(values)).toHaveLength(403);
  });
});
