import { bucketNames, streamNames, subjects } from '@holdfast/shared/contracts/subjects.ts';
import { LogJudge } from '@holdfast/shared/event-store/log-judge.ts';
import { KvLeaseStore } from '@holdfast/shared/jetstream/boards/kv-lease-store.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { leaderInfo, NoLeader } from '@holdfast/shared/jetstream/connection/leader-info.ts';
import { JetStreamEventStore } from '@holdfast/shared/jetstream/sessions/jetstream-event-store.ts';
import { followSessionLog } from '@holdfast/shared/jetstream/sessions/session-log.ts';
import { systemClock } from '@holdfast/shared/runtime/clock.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { expect, it } from 'vitest';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { streamsOnThreeNodes } from './nodes-of-cluster.ts';
import { nodesToCut } from './nodes-to-cut.ts';

const log = createLogger('test', 'silent');

/** Everything that a process has of one node. */
async function clientOf(url: string) {
  const { nc, close } = await connectNats({ url, name: 'test', log });
  cleanUpAfterFile(close);
  return { nc, jsm: await jetstreamManager(nc, { checkAPI: false, timeout: 2_000 }) };
}

it('what a node says that was cut from the others is no answer, and what it says after the heal damages no log', async () => {
  const cluster = await nodesToCut(3);
  const clients = await Promise.all(cluster.nodes.map(({ url }) => clientOf(url)));
  const [first] = clients;
  if (!first) throw new Error('no node');
  await streamsOnThreeNodes(first.nc);
  const { cluster: about } = await eventually(() => leaderInfo(first.jsm, streamNames.sessions), {
    what: 'who leads the log',
  });
  const cut = Number(about?.leader?.at(-1)) - 1;
  const lone = clients[cut];
  const other = clients[(cut + 1) % 3];
  if (!lone || !other) throw new Error(`no node is called ${about?.leader}`);
  const store = await JetStreamEventStore.open(other.nc);
  const leases = await KvLeaseStore.open(other.nc, bucketNames.collectors);
  const leaseStore = await KvLeaseStore.open(lone.nc, bucketNames.collectors);
  let sequence = 0;
  let writeCount = 0;
  const append = async (): Promise<boolean> => {
    writeCount += 1;
    const event = { specversion: '1.0', id: `event-${writeCount}`, source: '/test', type: 'test' };
    const time = '2025-03-01T06:00:00.000Z';
    try {
      sequence = await store.append(
        subjects.lifecycle('7'),
        { ...event, specversion: '1.0', time, subject: '7-1', data: { schema_version: 1 } },
        sequence,
      );
    } catch (error) {
      // An append without an answer may have been stored: the next one follows what is there now.
      sequence = (await store.readLast(subjects.lifecycle('7')))?.sequence ?? sequence;
      throw error;
    }
    return true;
  };
  const patient = { intervalMs: 250 };
  let revision = 0;
  // A write without an answer may have been stored: a lease is read before it is written again.
  const writeLease = async (value: string): Promise<boolean> => {
    revision = (await leases.read('hall-1'))?.revision ?? revision;
    revision = await leases.write('hall-1', value, revision, 5_000);
    return true;
  };
  await eventually(append, { what: 'the first event to be stored', ...patient });
  await eventually(() => writeLease('before'), { what: 'the first lease to be written', ...patient });

  const followers = await Promise.all(
    clients.map(async ({ nc }) => {
      const verdicts: unknown[] = [];
      const judge = new LogJudge({ clock: systemClock, onVerdict: (damage) => verdicts.push(damage) });
      const follower = await followSessionLog({
        ...{ nc, after: 'newest_per_subject', judge, log },
        onEvent: () => undefined,
      });
      cleanUpAfterFile(() => follower.stop());
      return { follower, verdicts, judge };
    }),
  );

  cluster.cut(cut);
  await eventually(append, { what: 'the other two to have a leader', ...patient });
  await eventually(() => writeLease('after'), { what: 'a lease to be written', ...patient });
  await eventually(
    () =>
      leaderInfo(lone.jsm, streamNames.sessions).then(
        () => false,
        (error) => error instanceof NoLeader,
      ),
    { what: 'the node that was cut to give no answer that counts', ...patient },
  );
  // A plain client would take what the node says.
  const own = await eventually(() => lone.jsm.streams.info(streamNames.sessions), {
    what: 'the node that was cut to say what it has',
    ...patient,
  });
  expect(own.state.last_seq).toBeLessThan(sequence);
  await eventually(
    () =>
      leaseStore.read('hall-1').then(
        () => false,
        () => true,
      ),
    {
      what: 'the node that was cut to say nothing of leases',
      ...patient,
    },
  );
  for (let more = 0; more < 20; more += 1) {
    await eventually(append, { what: 'the other two to take one event more', ...patient });
  }

  await cluster.heal();
  // Everybody asks, again and again, from the first moment on.
  const asking = followers.map(async ({ follower }) => {
    for (let looks = 0; looks < 20 || follower.appliedSequence() < sequence; looks += 1) {
      await follower.verify().catch(() => undefined);
    }
  });
  await Promise.all(asking);
  for (const { verdicts, judge } of followers) {
    expect(verdicts).toEqual([]);
    expect(judge.state()).toBe('sound');
  }
  await eventually(async () => (await leaseStore.read('hall-1'))?.value === 'after', {
    what: 'the node to know the lease',
    ...patient,
  });
}, 300_000);
