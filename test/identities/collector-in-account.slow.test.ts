import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import { callForDrain } from '@holdfast/shared/jetstream/boards/device-calls.ts';
import { beforeAll, expect, it } from 'vitest';
import { doubledTicks } from '../support/doubled-ticks.ts';
import { eventually } from '../support/eventually.ts';
import { type IdentitiesForTest, identitiesForTest, violationsOf } from '../support/identities-for-test.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { type PlantForTest, plantForTest } from '../support/plant-for-test.ts';
import { logOf, type ServiceName, startService, testLease } from '../support/service-processes.ts';
import { type SessionLogForTest, sessionLogForTest } from '../support/session-log.ts';

let identities: IdentitiesForTest;
let nats: Awaited<ReturnType<typeof natsForTest>>;
let log: SessionLogForTest;
let plant: PlantForTest;

beforeAll(async () => {
  identities = identitiesForTest(['hall-1']);
  nats = await natsForTest({ configLines: identities.configLines });
  log = await sessionLogForTest(identities.ownUrl(nats));
  plant = await plantForTest(['press-1']);
});

const start = (service: ServiceName, nkeySeed: string, settings: Record<string, string> = {}) =>
  startService(service, { NATS_URL: nats.url, NATS_NKEY_SEED: nkeySeed, ...testLease, ...settings });
const startHall = () =>
  start('collector', identities.seed('collector', 'hall-1'), { COLLECTOR_ID: 'hall-1' });
const startSupervisor = () => start('supervisor', identities.seed('supervisor'));

const isPolled = () => plant.plant.openConnections('press-1') > 0;
const readAgain = async (sessionId: string) => {
  const read = async () =>
    (await log.samples()).filter(({ session, values }) => session === sessionId && values).length;
  const before = await read();
  await eventually(async () => (await read()) > before + 3, { what: 'readings', intervalMs: 100 });
};
const epochOf = async () => {
  const { placement } = await log.task('1');
  return placement.situation === 'assigned' ? placement.epoch : undefined;
};

it('a collector in an account of its own takes work, is called, killed, drained, and gives it back', async () => {
  const supervisor = await startSupervisor();
  const first = await startHall();
  const sessionId = await log.start(plant.config({ taskId: '1', devices: ['press-1'] }));
  await readAgain(sessionId);
  const epoch = await epochOf();

  await first.kill();
  const second = await startHall();
  await readAgain(sessionId);
  expect(await epochOf()).toBe(epoch);

  const called = await callForDrain(log.nc, 'hall-1', 'drain');
  expect(called).toMatchObject({ ok: true, reply: { kind: 'drained', draining: true } });
  expect(await callForDrain(log.nc, 'hall-1', 'undrain')).toMatchObject({ ok: true });

  const trusted = await start('collector', identities.seed('collector'), { COLLECTOR_ID: 'any-7' });
  expect((await second.stop({ graceMs: 20_000 })).code).toBe(0);
  await eventually(async () => ((await epochOf()) ?? 0) > (epoch ?? 0), { what: 'another to have it' });
  await readAgain(sessionId);
  const third = await startHall();
  expect((await trusted.stop({ graceMs: 20_000 })).code).toBe(0);
  await readAgain(sessionId);
  expect(doubledTicks(await log.samples())).toEqual([]);

  await hearsOfAStopAlone(sessionId, supervisor, third);
  expect(violationsOf(nats)).toEqual([]);
});

/** Meanwhile the collector gets no consumers, and the former ones get no messages once its connection was lost. */
async function hearsOfAStopAlone(
  sessionId: string,
  supervisor: RunningProcess,
  collector: RunningProcess,
): Promise<void> {
  await supervisor.kill();
  await nats.kill();
  await nats.restart();
  await eventually(() => logOf(collector).some((line) => line.includes('cannot take work yet')), {
    what: 'the collector to ask for work in vain',
  });
  await readAgain(sessionId);
  await log.stop(sessionId);
  await eventually(() => !isPolled(), { what: 'polling to end' });
  await startSupervisor();
  await eventually(async () => (await log.assignments()) === 0, { what: 'the work to be given back' });
}

it('leaves no entry at the broker', async () => {
  const waiting = async (account: string) => {
    const answer = await fetch(`${nats.monitorUrl}/accountz?acc=${account}`);
    const { account_detail: about } = (await answer.json()) as { account_detail: { responses?: object } };
    return Object.keys(about.responses ?? {}).length;
  };
  await eventually(async () => (await waiting('CORE')) + (await waiting('C_hall-1')) === 0, {
    what: 'every question to be answered',
  });
});
