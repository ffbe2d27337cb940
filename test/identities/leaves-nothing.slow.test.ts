import { LogJudge } from '@holdfast/shared/event-store/log-judge.ts';
import { KvLeaseStore } from '@holdfast/shared/jetstream/boards/kv-lease-store.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { serveConsumerRequests } from '@holdfast/shared/jetstream/consume/serve-consumer-requests.ts';
import { serveSampleReads } from '@holdfast/shared/jetstream/samples/serve-sample-reads.ts';
import {
  type AssignmentHandle,
  openAssignmentInbox,
} from '@holdfast/shared/jetstream/sessions/assignment-inbox.ts';
import { pushLog } from '@holdfast/shared/jetstream/sessions/log-deliveries.ts';
import { standByForSessionLog } from '@holdfast/shared/jetstream/sessions/session-log.ts';
import { TaskConfigStore } from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import { systemClock } from '@holdfast/shared/runtime/clock.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { expect, it } from 'vitest';
import { askBroker } from '../support/ask-broker.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { identitiesForTest } from '../support/identities-for-test.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { plantForTest } from '../support/plant-for-test.ts';
import { sessionLogForTest } from '../support/session-log.ts';

/** More of them by hand: `RECONNECTS=20000`. */
// biome-ignore lint/style/noProcessEnv: a number that is given by hand
const reconnects = Number(process.env.RECONNECTS ?? 200);
const ids = ['hall-1', 'hall-2', 'hall-3', 'hall-4'];
const silent = createLogger('test', 'silent');

it('a collector that connects, takes work and goes, again and again, leaves nothing at the broker', async () => {
  const identities = identitiesForTest(ids);
  const server = await natsForTest({ configLines: identities.configLines });
  const log = await sessionLogForTest(identities.ownUrl(server));
  const access = { url: server.url, log: silent };
  const seed = identities.seed('supervisor');
  const supervisor = await connectNats({ ...access, name: 'supervisor', nkeySeed: seed });
  cleanUpAfterFile(() => supervisor.nc.close());
  serveConsumerRequests(supervisor.nc, silent);
  serveSampleReads(supervisor.nc, silent);
  const plant = await plantForTest(['press-1']);
  await log.start(plant.config({ taskId: '7', devices: ['press-1'] }));

  /** Everything that a collector asks the broker for when its connection is new. */
  const connectAndGo = async (id: string): Promise<void> => {
    const nkeySeed = identities.seed('collector', id);
    const { nc, close } = await connectNats({ ...access, name: `collector-${id}`, nkeySeed });
    const leases = await KvLeaseStore.open(nc, 'COLLECTORS', { readsDirectly: true });
    const { revision = 0 } = (await leases.read(id)) ?? {};
    await leases.write(id, '{}', revision, 5_000);
    const judge = new LogJudge({ clock: systemClock, onVerdict: () => undefined });
    const follower = await standByForSessionLog({
      ...{ nc, after: 0, judge, log: silent, deliver: pushLog(nc, id), onEvent: () => undefined },
    });
    follower.begin();
    const { promise: rung, resolve } = Promise.withResolvers<AssignmentHandle>();
    const options = { nc, collectorId: id, ackWaitMs: 60_000, capacity: 10 };
    // Asked again, as a collector does: a busy machine may take its time.
    const open = () => openAssignmentInbox({ ...options, onAssignment: resolve });
    const inbox = await eventually(open, { what: 'its consumer' });
    await askBroker(log.nc, `assignments.${id}.7`, '{}');
    const handle = await rung;
    handle.keepAlive();
    expect(await (await TaskConfigStore.open(nc)).load('7', 1)).toMatchObject({ ok: true });
    const own = JSON.stringify({ last_by_subj: `samples.${id}.7.1` });
    const answer = await askBroker(nc, '$JS.API.STREAM.MSG.GET.SAMPLES', own);
    expect(answer.json()).toMatchObject({ error: { code: 404 } });
    await handle.done();
    expect(await inbox.isIntact()).toBe(true);
    await follower.reached(1);
    await follower.verify();
    await inbox.close();
    await follower.stop();
    await close();
  };
  await Promise.all(ids.map(connectAndGo));

  const accountStates = async () => {
    const accounts = await Promise.all(
      ['CORE', ...ids.map((id) => `C_${id}`)].map(async (account) => {
        const { account_detail: about } = (await json(`${server.monitorUrl}/accountz?acc=${account}`)) as {
          account_detail: { subscriptions: number; responses?: object };
        };
        const { subscriptions, responses = {} } = about;
        return { account, subscriptions, responses: Object.keys(responses).length };
      }),
    );
    const { num_subscriptions: subscriptions } = (await json(`${server.monitorUrl}/subsz`)) as {
      num_subscriptions: number;
    };
    return { accounts, subscriptions };
  };
  const memory = async () => ((await json(`${server.monitorUrl}/varz`)) as { mem: number }).mem;
  await eventually(async () => (await accountStates()).accounts.every(({ responses }) => responses === 0), {
    what: 'every answer to be delivered',
  });
  const before = await accountStates();
  const memoryBefore = await memory();
  await Promise.all(
    ids.map(async (id) => {
      for (let turn = 0; turn < reconnects / ids.length; turn += 1) await connectAndGo(id);
    }),
  );
  await eventually(async () => JSON.stringify(await accountStates()) === JSON.stringify(before), {
    what: `what the broker keeps to be as before: ${JSON.stringify(before)}`,
  });
  if (reconnects > 200) {
    process.stdout.write(`${JSON.stringify({ reconnects, before, memoryBefore, memory: await memory() })}\n`);
  }
}, 3_600_000);

async function json(url: string): Promise<unknown> {
  return (await fetch(url)).json();
}
