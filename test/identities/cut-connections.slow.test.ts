import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { expect, it } from 'vitest';
import { askBroker } from '../support/ask-broker.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { identitiesForTest } from '../support/identities-for-test.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { sessionLogForTest } from '../support/session-log.ts';

/** Connections that the broker lets in from one account. */
const most = 32;

/** A link that can be cut for good: the far side hears nothing of it, not even an end or a reset. */
async function linkTo(port: number) {
  let isCut = false;
  const link = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    near.on('data', (bytes) => isCut || far.write(bytes));
    far.on('data', (bytes) => isCut || near.write(bytes));
    for (const socket of [near, far]) socket.on('error', () => undefined);
    cleanUpAfterFile(async () => void far.destroy());
  });
  link.listen(0, '127.0.0.1');
  await once(link, 'listening');
  cleanUpAfterFile(async () => void link.close());
  return {
    port: (link.address() as AddressInfo).port,
    cut: () => {
      isCut = true;
      link.close();
    },
  };
}

it('a collector whose connections were all cut is let in again once the broker has found them dead', async () => {
  const identities = identitiesForTest(['hall-1']);
  const server = await natsForTest({ configLines: identities.configLines });
  await sessionLogForTest(identities.ownUrl(server));
  const link = await linkTo(server.port);
  const connected = async (port: number) => {
    const nkeySeed = identities.seed('collector', 'hall-1');
    const log = createLogger('test', 'silent');
    const url = `nats://127.0.0.1:${port}`;
    const { nc } = await connectNats({ url, nkeySeed, name: 'collector-hall-1', log });
    cleanUpAfterFile(() => nc.close());
    return nc;
  };
  const counted = async () => {
    const answer = await fetch(`${server.monitorUrl}/connz?acc=C_hall-1`);
    return ((await answer.json()) as { connections: unknown[] }).connections.length;
  };
  const before = [];
  for (let nth = 0; nth < most; nth += 1) before.push(await connected(link.port));
  link.cut();
  await Promise.all(before.map((nc) => nc.close()));
  expect(await counted()).toBe(most);
  const nc = await connected(server.port);
  expect((await askBroker(nc, 'samples.hall-1.9.9', '{}')).json()).toMatchObject({ stream: 'SAMPLES' });
  await eventually(async () => (await counted()) === 1, { what: 'all but the new one to be gone' });
});
