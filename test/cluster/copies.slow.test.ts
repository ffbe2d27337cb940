import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { setCopies, streamStates, UpkeepRefused } from '@holdfast/shared/jetstream/streams/stream-upkeep.ts';
import { ensureStreams, streamsOfHoldfast } from '@holdfast/shared/jetstream/streams/streams.ts';
import { createLogger, type Logger } from '@holdfast/shared/runtime/logger.ts';
import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { nodesOfCluster, smallStreams } from './nodes-of-cluster.ts';

it('streams that were made with one copy get one on each node of a cluster, once there are so many nodes', async () => {
  const [first, second, third] = await nodesOfCluster(3, { formedBy: 2 });
  if (!first || !second || !third) throw new Error('three nodes');
  const [{ url }] = await Promise.all([first(), second()]);
  const { nc, close } = await connectNats({ url, name: 'test', log: createLogger('test', 'silent') });
  await ensureStreams(nc, { ...smallStreams, replicas: 1 });

  const warnings: object[] = [];
  const log = { warn: (fields: object) => void warnings.push(fields) } as unknown as Logger;
  await ensureStreams(nc, { ...smallStreams, replicas: 3 }, log);
  expect(warnings).toEqual([{ streams: streamsOfHoldfast, stream_replicas: 3 }]);

  await expect(setCopies(nc, 3, { withinMs: 5_000 })).rejects.toThrow(UpkeepRefused);
  await third();
  const copied: string[] = [];
  await eventually(
    async () => {
      await setCopies(nc, 3, { withinMs: 120_000, onStream: ({ name }) => copied.push(name) });
      return true;
    },
    { what: 'the third node to be known to the others' },
  );
  expect(copied).toEqual(streamsOfHoldfast);
  for (const state of await streamStates(nc)) expect(state).toMatchObject({ copies: 3, copiesNow: 3 });
  await ensureStreams(nc, { ...smallStreams, replicas: 3 }, log);
  expect(warnings).toHaveLength(1);
  await close();
});
