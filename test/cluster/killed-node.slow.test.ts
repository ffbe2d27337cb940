import { bucketNames, subjects } from '@holdfast/shared/contracts/subjects.ts';
import { KvLeaseStore } from '@holdfast/shared/jetstream/boards/kv-lease-store.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { readStream } from '@holdfast/shared/jetstream/consume/read-stream.ts';
import { SessionLogReader } from '@holdfast/shared/jetstream/sessions/read-session-log.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { nodesOfCluster, streamsOnThreeNodes } from './nodes-of-cluster.ts';

/** For about a minute the broker takes a dead node for alive, and would put consumers there. */
it('with a node of three killed, leases can be listed and streams read each time, and watches go on that had their consumer there', async () => {
  const starts = await nodesOfCluster(3);
  const [first, ...others] = await Promise.all(starts.map((start) => start()));
  const { nc, close } = await connectNats({
    url: first?.url ?? '',
    name: 'test',
    log: createLogger('test', 'silent'),
  });
  await streamsOnThreeNodes(nc);
  const jsm = await jetstreamManager(nc);
  const store = await KvLeaseStore.open(nc, bucketNames.collectors);
  const ids = ['hall-1', 'hall-2', 'hall-3'];
  const write = async (value: string) => {
    for (const id of ids) {
      const { revision = 0 } = (await store.read(id)) ?? {};
      await store.write(id, value, revision, 5_000);
    }
  };
  await eventually(() => write('before').then(() => true), { what: 'leases to be written' });

  // Twelve, so that each node has some.
  const changesByWatch = Array.from({ length: 12 }, () => new Set<string>());
  const stops = await Promise.all(
    changesByWatch.map((values) => store.watch(({ key, value }) => values.add(`${key} ${value}`))),
  );
  const holders = new Map<string, number>();
  for await (const { cluster } of jsm.consumers.list(`KV_${bucketNames.collectors}`)) {
    const leader = cluster?.leader ?? '';
    holders.set(leader, (holders.get(leader) ?? 0) + 1);
  }
  const [victim] = others
    .map((node, index) => ({ node, name: `node-${index + 2}` }))
    .filter(({ name }) => (holders.get(name) ?? 0) > 0);
  expect(victim, JSON.stringify([...holders])).toBeDefined();

  await victim?.node.kill();
  await eventually(() => write('after').then(() => true), {
    what: 'leases to be written again',
  });
  for (let list = 0; list < 40; list += 1) {
    expect((await store.list()).map(({ value }) => value)).toEqual(['after', 'after', 'after']);
  }
  const read = async () => {
    const values: string[] = [];
    for await (const { data } of readStream(nc, `KV_${bucketNames.collectors}`)) values.push(data);
    return values;
  };
  await eventually(read, { what: 'the cluster to make consumers again' });
  const reads = await Promise.all(Array.from({ length: 20 }, read));
  expect(reads).toEqual(reads.map(() => ['after', 'after', 'after']));
  const publish = () => jetstream(nc).publish(subjects.lifecycle('7'), '{"id":"one"}');
  await eventually(publish, { what: 'SESSIONS to take an event' });
  // Each consumer may be meant for the dead node; until one delivers, the log's leader gives the event.
  for (let time = 0; time < 10; time += 1) {
    const reader = new SessionLogReader({ nc, after: 0, endOfLog: () => 1 });
    expect(await reader.next(1, 5_000)).toMatchObject([{ sequence: 1 }]);
    reader.close();
  }
  const all = () => changesByWatch.every((values) => ids.every((id) => values.has(`${id} after`)));
  await eventually(all, { what: 'every watch to have seen every lease' });
  for (const stop of stops) stop();
  await close();
});
