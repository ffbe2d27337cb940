import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startProcess } from '@holdfast/dev/child-process.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import { influxConfiguration } from '@holdfast/dev/influx-configuration.ts';
import { findProgram } from '@holdfast/dev/setup/find-program.mjs';
import { openInfluxSampleStore } from '@holdfast/sample-store/influx/influx-sample-store.ts';
import { startInfluxTwoFront } from '@holdfast/test/support/influx-two-front.ts';
import { UsageError } from '../benchmark.ts';
import { until } from '../fleet/until.ts';
import type { FullDatabase } from './full-database.ts';

const database = 'history';

/** InfluxDB 1.x with its defaults, as Debian has it. */
export async function startInfluxFull(folder: string, cleanUp: AsyncDisposableStack): Promise<FullDatabase> {
  const command = findProgram('influxd');
  if (!command)
    throw new UsageError('influxd is not installed (Debian and Ubuntu: apt-get install influxdb)');
  const data = join(folder, 'influx');
  await mkdir(data);
  const [httpPort, backupPort] = await Promise.all([freePort(), freePort()]);
  const configFile = join(folder, 'influxdb.conf');
  await writeFile(configFile, influxConfiguration(data, httpPort, backupPort));
  const server = await startProcess({ name: 'influxd', command, args: ['run', '-config', configFile] });
  cleanUp.defer(async () => void (await server.stop()));
  const url = `http://127.0.0.1:${httpPort}`;
  await until('InfluxDB to answer', () =>
    fetch(`${url}/ping`).then(
      (response) => response.ok,
      () => false,
    ),
  );
  await ask(url, `CREATE DATABASE "${database}"`, 'POST');
  const front = await startInfluxTwoFront(url);
  cleanUp.defer(() => front.stop());
  // Filling is not measured, so a slow answer to a write is waited for.
  const writing = openInfluxSampleStore({ url: front.url, org: '', bucket: database, timeoutMs: 120_000 });
  const reading = openInfluxSampleStore({ url, org: '', bucket: database, timeoutMs: 120_000 });
  return {
    store: { ...reading, write: writing.write },
    rest: async () => undefined,
    async askBare({ pointCode, devices, start, end }) {
      const [device] = devices;
      const answer = await ask(
        url,
        `SELECT "${pointCode}" FROM "${device?.measurement}" WHERE "device" = '${device?.deviceCode}' ` +
          `AND time >= ${start.getTime()}ms AND time < ${end.getTime()}ms`,
      );
      // Asks for parts, one a line: a whole answer takes the server twice as long.
      const parts = answer
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Part);
      return parts.reduce((sum, { results }) => sum + (results[0]?.series?.[0]?.values.length ?? 0), 0);
    },
    sizes: async () => ({ files_mib: Math.round((await bytesIn(data)) / 2 ** 20) }),
    async versions() {
      const { headers } = await fetch(`${url}/ping`);
      return { influxdb: headers.get('x-influxdb-version') ?? 'unknown' };
    },
  };
}

interface Part {
  readonly results: readonly { readonly series?: readonly { readonly values: readonly unknown[] }[] }[];
}

async function ask(url: string, q: string, method = 'GET'): Promise<string> {
  const answer = await fetch(
    `${url}/query?${new URLSearchParams({ db: database, epoch: 'ms', chunked: 'true', q })}`,
    {
      method,
    },
  );
  const text = await answer.text();
  if (!answer.ok) throw new Error(`InfluxDB answered ${answer.status}: ${text}`);
  return text;
}

async function bytesIn(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    files.filter((file) => file.isFile()).map((file) => stat(join(file.parentPath, file.name))),
  );
  return sizes.reduce((sum, { size }) => sum + size, 0);
}
