import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startProcess } from '@holdfast/dev/child-process.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import { influxConfiguration } from '@holdfast/dev/influx-configuration.ts';
import { inject } from 'vitest';
import type { CertificatesForTest } from './certificates-for-test.ts';
import { cleanUpAfterFile } from './cleanup.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { answerOf, untilAnswering } from './until-answering.ts';

export interface InfluxForTest {
  /** InfluxDB 1.x: `/write?db=…` with line protocol, `/query?db=…&q=…` with InfluxQL. */
  readonly url: string;
  readonly pid: number;
  createDatabase(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** For `describe.skipIf(!influxIsInstalled())`. */
export function influxIsInstalled(): boolean {
  return inject('installedServers').influxd !== null;
}

/** InfluxDB 1.7 and later; Debian's is 1.6. It answers to Flux with `INFLUXDB_HTTP_FLUX_ENABLED`. */
export function influxKnowsFlux(): boolean {
  const command = inject('installedServers').influxd;
  if (command === null) return false;
  const { stdout } = spawnSync(command, ['version'], { encoding: 'utf8' });
  return !/v1\.[0-6]\./.test(stdout);
}

/**
 * An InfluxDB 1.x for this test alone, stopped and removed when the test file is over.
 * @param tls if given, it speaks HTTPS only, as localhost
 * @param env settings of its own, such as `INFLUXDB_HTTP_MAX_ROW_LIMIT`
 */
export async function influxForTest(
  tls?: CertificatesForTest,
  env: Readonly<Record<string, string>> = {},
): Promise<InfluxForTest> {
  const command = inject('installedServers').influxd;
  if (command === null) throw new Error('influxd is not installed: guard with influxIsInstalled()');
  const folder = await temporaryFolder('influx');
  const [httpPort, backupPort] = await Promise.all([freePort(), freePort()]);
  const configFile = join(folder, 'influxdb.conf');
  await writeFile(configFile, influxConfiguration(folder, httpPort, backupPort, tls));
  const server = await startProcess({ name: 'influxd', command, args: ['run', '-config', configFile], env });
  cleanUpAfterFile(() => server.stop());
  const url = tls ? `https://localhost:${httpPort}` : `http://127.0.0.1:${httpPort}`;
  const ca = tls && (await readFile(tls.ca));
  await untilAnswering(server, `${url}/ping`, ca);
  return {
    url,
    pid: server.pid,
    async createDatabase(name) {
      const statement = new URLSearchParams({ q: `CREATE DATABASE "${name}"` });
      const { status, text } = await answerOf(`${url}/query?${statement}`, { ca, method: 'POST' });
      if (status !== 200) throw new Error(`influxd answered ${status}: ${text}`);
    },
    async stop() {
      await server.stop();
    },
  };
}
