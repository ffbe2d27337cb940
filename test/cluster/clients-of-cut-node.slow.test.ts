import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { expect, it } from 'vitest';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { streamsOnThreeNodes } from './nodes-of-cluster.ts';
import { nodesToCut } from './nodes-to-cut.ts';

const log = createLogger('test', 'silent');
const patient = { intervalMs: 100 };

it('clients leave a node that was cut from the others, and go back to it when it answers again', async () => {
  const cluster = await nodesToCut(3);
  const all = cluster.nodes.map(({ url }) => url).join(',');
  const connect = async (url: string, needs?: string) => {
    const connection = await connectNats({
      url,
      name: 'test',
      log,
      ...(needs === undefined ? {} : { needs }),
    });
    cleanUpAfterFile(connection.close);
    return connection;
  };
  const first = await connect(all);
  await streamsOnThreeNodes(first.nc);
  // Twelve, so that each node has some.
  const others = await Promise.all(Array.from({ length: 12 }, () => connect(all, streamNames.sessions)));
  const cutServer = others[0]?.nc.getServer() ?? '';
  const cut = cluster.nodes.findIndex(({ port }) => cutServer.endsWith(`:${port}`));
  const idle = await connect(cutServer);
  const on = (server: string) => others.filter(({ nc }) => nc.getServer() === server);
  const leaving = on(cutServer);
  const staying = others.filter((client) => !leaving.includes(client));
  expect(staying.length).toBeGreaterThan(0);
  const homes = new Map(others.map((client) => [client, client.nc.getServer()]));
  const moves: boolean[] = [];
  for (const { onReconnect } of staying) onReconnect(() => moves.push(true));
  const returned: boolean[] = [];

  cluster.cut(cut);
  await eventually(() => on(cutServer).length === 0, { what: 'the node to be left', ...patient });
  await eventually(() => others.every((client) => client.isUp() && client.problem() === undefined), {
    what: 'the others to answer',
    ...patient,
  });
  // Its TCP connections live on, so a plain client would stay.
  expect([idle.nc.getServer(), idle.isUp()]).toEqual([cutServer, true]);
  for (const { onReconnect } of leaving) onReconnect((hasMoved) => returned.push(hasMoved));

  await cluster.heal();
  // A client already names a node that it still dials.
  await eventually(
    () => others.every((client) => client.isUp() && client.nc.getServer() === homes.get(client)),
    {
      what: 'each client to be back on its node',
      ...patient,
    },
  );
  expect(returned).toEqual(leaving.map(() => true));
  expect(moves).toEqual([]);
}, 300_000);

it('a client of a broker without quorum says why it cannot be used, until it can', async () => {
  const cluster = await nodesToCut(3);
  const [one, two, three] = cluster.nodes;
  if (!one || !two || !three) throw new Error('three nodes');
  const connection = await connectNats({ url: one.url, name: 'test', needs: streamNames.sessions, log });
  cleanUpAfterFile(connection.close);
  await streamsOnThreeNodes(connection.nc);
  await eventually(() => connection.problem() === undefined, { what: 'an answer', ...patient });
  await Promise.all([two.kill(), three.kill()]);
  await eventually(() => connection.problem()?.startsWith('NATS has given no answer that counts for '), {
    what: 'the loss to be reported',
    ...patient,
  });
  expect(connection.isUp()).toBe(true);
  await Promise.all([two.restart(), three.restart()]);
  await eventually(() => connection.problem() === undefined, { what: 'an answer again', ...patient });
}, 300_000);
