import '@holdfast/shared/contracts/words/waiting-texts.ts';
import { inLanguage } from '@holdfast/texts/text.ts';
import { expect, it } from 'vitest';
import { doubledTicks } from '../support/doubled-ticks.ts';
import { eventually } from '../support/eventually.ts';
import { type FleetForTest, fleetForTest } from '../support/fleet-for-test.ts';
import { namesForTest } from '../support/names-for-test.ts';

const names = namesForTest({ 'plc.test': '127.0.0.1', 'plc.hall.test': '::ffff:127.0.0.1' });

/** A task that names the host of its device. */
function taskOf({ plant }: FleetForTest, taskId: string, device: string, host: string, label?: string) {
  const config = plant.config({ taskId, devices: [device] });
  const devices = config.devices.map((each) => ({
    ...each,
    id: `${device}-${taskId}`,
    connection: { ...each.connection, host },
  }));
  return { ...config, devices, ...(label === undefined ? {} : { required_labels: { site: label } }) };
}

it('sessions that name one endpoint in different ways share a collector, and a connection, also after that one is gone', async () => {
  const fleet = await fleetForTest(['press-1', 'press-2']);
  await fleet.start('supervisor');
  const collectors = { c1: await fleet.collector('c1', names), c2: await fleet.collector('c2', names) };
  for (const id of ['c1', 'c2']) await eventually(() => fleet.log.lease(id), { what: `the lease of ${id}` });
  const connections = (device: string) =>
    new Set(
      fleet.plant.requests.filter((request) => request.device === device).map((each) => each.connectionId),
    );
  // The name comes second here, the address there.
  await fleet.log.start(taskOf(fleet, '1', 'press-1', '127.0.0.1'));
  const first = await fleet.placed('1');
  await fleet.log.start(taskOf(fleet, '2', 'press-1', 'plc.test'));
  expect(await fleet.placed('2')).toMatchObject({ collectorId: first.collectorId });
  await fleet.log.start(taskOf(fleet, '3', 'press-2', 'plc.hall.test'));
  const third = await fleet.placed('3');
  expect(third.collectorId).not.toBe(first.collectorId);
  for (const [taskId, host] of [
    ['4', 'plc.test'],
    ['5', '127.0.0.1'],
  ] as const) {
    await fleet.log.start(taskOf(fleet, taskId, 'press-2', host));
    expect(await fleet.placed(taskId)).toMatchObject({ collectorId: third.collectorId });
  }
  const all = ['1', '2', '3', '4', '5'];
  for (const taskId of all) await fleet.sampled(`${taskId}-1`, (await fleet.placed(taskId)).epoch);
  expect([connections('press-1').size, connections('press-2').size]).toEqual([1, 1]);

  // An unknown name keeps no session waiting.
  await fleet.log.start(taskOf(fleet, '6', 'press-1', 'nobody.invalid'));
  await fleet.placed('6');

  const gone = first.collectorId as 'c1' | 'c2';
  await collectors[gone].kill();
  const rest = gone === 'c1' ? 'c2' : 'c1';
  for (const taskId of all) {
    await fleet.sampled(`${taskId}-1`, (await fleet.placed(taskId, { on: rest })).epoch);
  }
  expect([connections('press-1').size, connections('press-2').size]).toEqual([2, 1]);
  expect(doubledTicks(await fleet.log.samples())).toEqual([]);
});

it('a session whose endpoint has a holder that cannot take it waits, whatever the endpoint is called, also after another supervisor has begun to lead', async () => {
  const fleet = await fleetForTest(['press-1']);
  await fleet.start('supervisor');
  await fleet.collector('c1', { ...names, COLLECTOR_LABELS: 'site=hall-1' });
  await fleet.collector('c2', { ...names, COLLECTOR_LABELS: 'site=hall-2' });
  await eventually(() => fleet.log.lease('c2'), { what: 'the lease of c2' });
  await fleet.log.start(taskOf(fleet, '1', 'press-1', 'plc.test', 'hall-1'));
  expect(await fleet.placed('1')).toMatchObject({ collectorId: 'c1' });
  await Promise.all([fleet.start('supervisor'), fleet.stopFirst('supervisor')]);
  await fleet.log.start(taskOf(fleet, '2', 'press-1', '127.0.0.1', 'hall-2'));
  const notice = await eventually(() => fleet.log.waiting('2'), { what: 'the reason why session 2-1 waits' });
  const [{ port } = { port: 0 }] = fleet.plant.plant.endpoints;
  expect(notice.why).toBe('no_collector');
  expect(inLanguage(notice.detail, 'en')).toBe(
    `shares the endpoint 127.0.0.1:${port} with session 1-1 on c1, which is not up, or lacks the labels that the task requires or the drivers of its devices`,
  );
  await fleet.log.stop('1-1');
  expect(await fleet.placed('2')).toMatchObject({ collectorId: 'c2' });
});
