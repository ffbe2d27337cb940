import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { describe, expect, it } from 'vitest';
import { createLogger, type Logger } from '../../runtime/logger.ts';
import { connectNats } from './connect.ts';
import { newNkeyPair, publicKeyOf } from './nkey-pair.ts';

/** A broker that lets in clients with one of these keys, and can be given other keys while it runs. */
async function brokerThatKnows(...seeds: string[]) {
  const usersOf = (publicKeys: readonly string[]) =>
    `authorization { users: [${publicKeys.map((seed) => `{ nkey: ${publicKeyOf(seed)} }`).join(', ')}] }`;
  let users = usersOf(seeds);
  const server = await natsForTest({ configLines: [users] });
  return {
    url: server.url,
    knows: async (...publicKeys: string[]) => {
      const config = await readFile(server.configFile, 'utf8');
      await writeFile(server.configFile, config.replace(users, usersOf(publicKeys)));
      users = usersOf(publicKeys);
      process.kill(server.pid, 'SIGHUP');
    },
    /** How often it has refused a client so far. */
    refusals: () => server.lastLines(500).filter((line) => /authentication error/.test(line)).length,
  };
}

/** A connection that records its log lines. */
async function connected(access: { url: string; nkeySeed: string; nkeySeedFile?: string }) {
  const messages: string[] = [];
  const say = (_about: object, text: string) => messages.push(text);
  const log = { ...createLogger('test', 'silent'), warn: say, error: say } as unknown as Logger;
  const connection = await connectNats({ ...access, name: 'test', log });
  cleanUpAfterFile(connection.close);
  return { ...connection, messages };
}

const [ours, others] = [newNkeyPair().seed, newNkeyPair().seed];

describe('a service that its broker does not know any more', () => {
  it('is let in again when its key is given back, however often it was refused', async () => {
    const broker = await brokerThatKnows(ours, others);
    const { nc, messages, onReconnect, problem } = await connected({ url: broker.url, nkeySeed: ours });
    let reconnects = 0;
    onReconnect(() => {
      reconnects += 1;
    });
    for (const outage of [1, 2]) {
      const before = broker.refusals();
      await broker.knows(others);
      await eventually(() => broker.refusals() >= before + 3, { what: 'it to be refused again and again' });
      await eventually(() => problem() === 'NATS does not know our key or password', { what: 'the reason' });
      await broker.knows(ours, others);
      await eventually(() => problem() === undefined, { what: 'the connection to be back' });
      await nc.flush();
      expect(reconnects).toBe(outage);
      // Logged once for each outage, not at every attempt.
      expect(messages.filter((text) => text.startsWith('NATS refuses us'))).toHaveLength(outage);
      expect(messages.filter((text) => text.startsWith('lost the connection'))).toHaveLength(outage);
    }
  });

  it('comes with the key that its file has by then, and with the former one while that holds none', async () => {
    const broker = await brokerThatKnows(ours, others);
    const nkeySeedFile = join(await temporaryFolder('seed'), 'seed');
    await writeFile(nkeySeedFile, `${ours}\n`);
    const { nc, problem, onReconnect } = await connected({ url: broker.url, nkeySeed: ours, nkeySeedFile });
    let reconnects = 0;
    onReconnect(() => {
      reconnects += 1;
    });
    await writeFile(nkeySeedFile, ours.slice(0, 20));
    await nc.reconnect();
    await eventually(() => reconnects === 1 && problem() === undefined, { what: 'it to be back as before' });

    const renewed = newNkeyPair().seed;
    await writeFile(nkeySeedFile, `${renewed}\n`);
    await broker.knows(renewed, others);
    await eventually(() => reconnects === 2 && problem() === undefined, {
      what: 'it to be back with the new one',
    });
    await nc.flush();
  });
});
