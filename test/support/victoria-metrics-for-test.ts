import { readFile } from 'node:fs/promises';
import { startProcess } from '@holdfast/dev/child-process.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import { inject } from 'vitest';
import type { CertificatesForTest } from './certificates-for-test.ts';
import { cleanUpAfterFile } from './cleanup.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { answerOf, untilAnswering } from './until-answering.ts';

export interface VictoriaMetricsForTest {
  /** Takes InfluxDB 2 writes at `/api/v2/write` and answers PromQL at `/api/v1/query`. */
  readonly url: string;
  readonly pid: number;
  /** Makes what was written visible to queries now; otherwise that takes up to seconds. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

/** For `describe.skipIf(!victoriaMetricsIsInstalled())`. */
export function victoriaMetricsIsInstalled(): boolean {
  return inject('installedServers').victoriaMetrics !== null;
}

/**
 * A VictoriaMetrics for this test alone, stopped and removed when the test file is over.
 * @param tls if given, it speaks HTTPS only, as localhost
 */
export async function victoriaMetricsForTest(tls?: CertificatesForTest): Promise<VictoriaMetricsForTest> {
  const command = inject('installedServers').victoriaMetrics;
  if (command === null)
    throw new Error('victoria-metrics is not installed: guard with victoriaMetricsIsInstalled()');
  const folder = await temporaryFolder('victoria-metrics');
  const port = await freePort();
  const server = await startProcess({
    name: 'victoria-metrics',
    command,
    args: [
      `-storageDataPath=${folder}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      // Tests write fixed times, which may lie years back.
      '-retentionPeriod=100y',
      '-search.latencyOffset=0s',
      // As docs/samples.md asks for.
      '-dedup.minScrapeInterval=1ms',
      '-storage.minFreeDiskSpaceBytes=1MB',
      '-memory.allowedBytes=128MB',
      ...(tls ? ['-tls', `-tlsCertFile=${tls.certificate}`, `-tlsKeyFile=${tls.key}`] : []),
    ],
  });
  cleanUpAfterFile(() => server.stop());
  const url = tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`;
  const ca = tls && (await readFile(tls.ca));
  await untilAnswering(server, `${url}/health`, ca);
  return {
    url,
    pid: server.pid,
    async flush() {
      await answerOf(`${url}/internal/force_flush`, { ca });
    },
    async stop() {
      await server.stop();
    },
  };
}
