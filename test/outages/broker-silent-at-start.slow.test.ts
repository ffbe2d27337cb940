import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import { describe, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { logOf, type ServiceName, startService } from '../support/service-processes.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const readiness: Readonly<Record<string, string>> = {
  supervisor: 'supervisor started',
  collector: 'collector started',
  writer: 'writing samples',
  alarms: 'alarms started',
};

/** Starts a service, and harms the network between it and NATS at its first such request. */
async function startThrough(service: ServiceName, request: string, harm: (proxy: TcpProxy) => unknown) {
  const nats = await natsForTest();
  let isHarmed = false;
  const proxy = await startTcpProxy({
    targetPort: Number(new URL(nats.url).port),
    onClientBytes: (bytes) => {
      if (isHarmed || !bytes.includes(request)) return;
      isHarmed = true;
      void harm(proxy);
    },
  });
  const running = await startService(service, {
    NATS_URL: `nats://127.0.0.1:${proxy.port}`,
    DATABASE_URL: await freshDatabase(),
    COLLECTOR_ID: 'c1',
    LOCK_DIR: await temporaryFolder('locks'),
    SPOOL_DIR: await temporaryFolder('spool'),
    API_PORT: '0',
  });
  return { running, proxy };
}

/** Fails at once when the service ends instead. */
function says(running: RunningProcess, what: string) {
  const processEnd = running.exited.then(({ code }) => {
    throw new Error(`it ended with ${code}:\n${running.lastLines(20).join('\n')}`);
  });
  const message = eventually(() => logOf(running).some((line) => line.includes(what)), {
    what: `it to say "${what}"`,
  });
  return Promise.race([message, processEnd]);
}

describe('a service that starts while NATS', () => {
  it.concurrent.each<[ServiceName, string]>([
    ['supervisor', '$JS.API.STREAM.CREATE.SESSIONS'],
    ['supervisor', '$JS.API.CONSUMER.CREATE.SESSIONS'],
    ['supervisor', '$JS.API.CONSUMER.CREATE.KV_COLLECTORS'],
    ['collector', '$JS.API.STREAM.CREATE.KV_LEADER'],
    ['collector', '$JS.API.STREAM.INFO.SAMPLES'],
    ['writer', '$JS.API.STREAM.INFO.OBJ_TASK_CONFIGS'],
    ['alarms', '$JS.API.STREAM.INFO.ALARMS'],
  ])('hangs waits until it answers: %s, asking %s', async (service, request) => {
    const { running, proxy } = await startThrough(service, request, (each) => each.stall());
    await says(running, 'NATS does not answer; starting again until it does');
    await says(running, 'no connection to NATS yet: timeout');
    await proxy.heal();
    await says(running, readiness[service] ?? '');
    await running.stop({ graceMs: 20_000 });
  });

  it.concurrent('hangs as deliveries of the log are asked for has started, and takes work once NATS answers: collector', async () => {
    const { running, proxy } = await startThrough('collector', '$JS.API.CONSUMER.CREATE.SESSIONS', (each) =>
      each.stall(),
    );
    await says(running, 'lost the connection to NATS; trying to reconnect');
    await says(running, 'lease lost: polling stops at once');
    await proxy.heal();
    await says(running, 'reconnected to NATS');
    const held = () => logOf(running).filter((line) => line.includes('lease held; taking work')).length;
    await eventually(() => held() === 2, { what: 'the lease to be held again' });
    await running.stop({ graceMs: 20_000 });
  });

  it.concurrent('goes away does not take it for an old one: api', async () => {
    const { running, proxy } = await startThrough('api', '$JS.API.STREAM.CREATE.SAMPLES', (each) =>
      each.cut(),
    );
    await says(running, 'went away');
    await proxy.heal();
    const address = await eventually(
      () =>
        logOf(running)
          .join('\n')
          .match(/takes requests at (\S+)/)?.[1],
      { what: 'the API to listen' },
    );
    await eventually(async () => (await fetch(`${address}/health/ready`)).ok, {
      what: 'the API to be ready',
    });
    await running.stop({ graceMs: 20_000 });
  });
});
