import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { CopyIsBack, DurableSessionLog } from '@holdfast/shared/jetstream/sessions/durable-session-log.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { expect, it } from 'vitest';
import { connectionForTest } from '../support/connection-for-test.ts';
import { eventually } from '../support/eventually.ts';
import { nodesOfCluster, streamsOnThreeNodes } from './nodes-of-cluster.ts';

it('the log is to be reopened when a node is back that it was opened without, and not before', async () => {
  const nodes = await Promise.all((await nodesOfCluster(3)).map((start) => start()));
  const [first, , victim] = nodes;
  const nc = await connectionForTest(first?.url ?? '');
  await streamsOnThreeNodes(nc);
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const durable = 'projector';
  const open = () =>
    eventually(() => DurableSessionLog.open({ nc, durable, after: 0 }), { what: 'the log to be opened' });
  await (await open()).close();

  await victim?.kill();
  // A durable that was meant for the dead node is not served at first. Each read that brings nothing is a new request.
  const log = await eventually(
    async () => {
      const opened = await open();
      for (let index = 0; index < 12; index += 1) await opened.next(1, 1_000);
      return opened;
    },
    { what: 'the log to be read without the node' },
  );
  await victim?.restart();
  const ended = await eventually(
    () =>
      log.next(1, 1_000).then(
        () => false as const,
        (error: unknown) => ({ error }),
      ),
    {
      what: 'the reader to hear of the node',
    },
  );
  expect(ended.error).toBeInstanceOf(CopyIsBack);
  await log.close();

  const anew = await open();
  await eventually(
    async () => {
      const { cluster } = await jsm.consumers.info(streamNames.sessions, durable);
      return cluster?.replicas?.length === 2 && cluster.replicas.every(({ current }) => current);
    },
    { what: 'all copies of the durable' },
  );
  for (let index = 0; index < 3; index += 1) expect(await anew.next(1, 1_500)).toEqual([]);
  await anew.close();
}, 300_000);
