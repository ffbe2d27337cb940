import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@holdfast/dev/free-port.ts';
import { type NatsServer, startNatsServer } from '@holdfast/dev/nats-server.ts';
import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { describe, expect, it } from 'vitest';
import {
  type CertificatesForTest,
  certificatesForTest,
  opensslIsInstalled,
} from '../support/certificates-for-test.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { identitiesForTest } from '../support/identities-for-test.ts';
import { configureAndStart, configureDevice, countPoint } from '../support/over-rest.ts';
import { plantForTest } from '../support/plant-for-test.ts';
import type { ServiceName } from '../support/service-processes.ts';
import { servicesForTest } from '../support/system-for-test.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** The collector lives in an account of its own, where everything may pass through nodes that its streams are not on. */
const identities = identitiesForTest(['c1']);
const sessions = '/api/acquisition/sessions';

/** Three nodes that speak TLS to services and to each other, as deploy/nats/tls-on.conf has it. */
async function secureCluster(files: CertificatesForTest) {
  const folder = await temporaryFolder('cluster');
  const ports = await Promise.all([freePort(), freePort(), freePort()]);
  const routes = ports.map((port) => `nats-route://localhost:${port}`).join(', ');
  const tls = `tls { cert_file: "${files.certificate}", key_file: "${files.key}", ca_file: "${files.ca}" }`;
  const start = async (index: number) => {
    const server = await startNatsServer({
      storeDir: join(folder, `node-${index + 1}`),
      serverName: `node-${index + 1}`,
      readyTimeoutMs: 60_000,
      configLines: [
        ...identities.configLines,
        tls,
        'cluster {',
        '  name: holdfast',
        '  no_advertise: true',
        `  listen: "127.0.0.1:${ports[index]}"`,
        `  routes: [${routes}]`,
        `  ${tls}`,
        '}',
      ],
    });
    cleanUpAfterFile(() => server.stop());
    return server;
  };
  return Promise.all([start(0), start(1), start(2)]);
}

describe.skipIf(!opensslIsInstalled())('three nodes that speak TLS only', () => {
  it('may lose the one that leads the log: services that know the authority go on, commands too', async () => {
    const files = await certificatesForTest();
    const nodes: NatsServer[] = await secureCluster(files);
    const url = nodes.map(({ port }) => `tls://localhost:${port}`).join(',');
    const common = {
      ...{ NATS_TLS_CA_FILE: files.ca, STREAM_REPLICAS: '3' },
      ...{ SESSIONS_MAX_BYTES: String(8 * 1024 * 1024), SAMPLES_MAX_BYTES: String(32 * 1024 * 1024) },
    };
    const seed = (service: ServiceName, id?: string) => ({ NATS_NKEY_SEED: identities.seed(service, id) });
    const settings = {
      ...{ api: seed('api'), supervisor: seed('supervisor'), writer: seed('writer') },
      collector: seed('collector', 'c1'),
    };
    const { rest } = await servicesForTest({ natsUrl: url, common, settings });
    const { plant } = await plantForTest(['press-1']);
    const { host, port, unitId: unit_id } = plant.endpoints[0] ?? {};
    const device = await configureDevice(rest, { code: 'press-1', host, port, unit_id }, [countPoint]);
    const task = { code: 'press', period_ms: 500, device_ids: [device.id] };
    const { sessionId: id } = await configureAndStart(rest, task);
    const untilStored = (since: number) =>
      eventually(
        async () => {
          const path = `${sessions}/point-history/?point_code=count&start_time=${new Date(since).toISOString()}`;
          return (await rest.get(path)).body.results?.length > 0;
        },
        { what: `a value after ${new Date(since).toISOString()}` },
      );
    await untilStored(Date.now());
    expect(await rest.post(`/api/config/devices/${device.id}/test/`)).toMatchObject({ status: 200 });

    const { nc, close } = await connectNats({
      ...{ url, name: 'operator', log: createLogger('test', 'silent') },
      nkeySeed: identities.seed('operator'),
      tls: { ca: await readFile(files.ca, 'utf8') },
    });
    cleanUpAfterFile(close);
    const manager = await jetstreamManager(nc, { checkAPI: false });
    const leader = async () => (await manager.streams.info(streamNames.sessions)).cluster?.leader;
    // Asked again: a node gives no answer during an election.
    const before = await eventually(leader, { what: 'SESSIONS to have a leader' });
    const victim = nodes[Number(before?.at(-1)) - 1];
    if (!victim) throw new Error(`no node is called ${before}`);
    await victim.kill();

    await untilStored(Date.now());
    for (const [command, status] of [
      ['pause', 'paused'],
      ['resume', 'running'],
    ]) {
      await eventually(
        async () => (await rest.post(`${sessions}/${id}/${command}/`)).body.status === status,
        { what: `the session to be ${status}` },
      );
    }
    await untilStored(Date.now());
    const after = await eventually(leader, { what: 'SESSIONS to have a leader again' });
    expect(after).not.toBe(before);
    // The read model follows the log, whose new leader the projector has to find first.
    await eventually(
      async () => {
        const { body } = await rest.get(`${sessions}/${id}/events/`);
        const types: string[] = body.results.map(({ type }: { type: string }) => type);
        const lifecycle = types.filter((type) => !/assigned|released/.test(type));
        return lifecycle.join() === 'session.started,session.paused,session.resumed';
      },
      { what: 'each command to have its one event' },
    );
  });
});
