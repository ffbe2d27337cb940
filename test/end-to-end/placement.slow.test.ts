import '@holdfast/shared/contracts/words/waiting-texts.ts';
import { specs } from '@holdfast/drivers/specs.ts';
import { driverLabels } from '@holdfast/shared/domain/placement/driver-labels.ts';
import { callForDrain } from '@holdfast/shared/jetstream/boards/device-calls.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { inEachLanguage } from '@holdfast/texts/text.ts';
import { describe, expect, it } from 'vitest';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { doubledTicks, missingTicks } from '../support/doubled-ticks.ts';
import { eventually } from '../support/eventually.ts';
import { fleetForTest } from '../support/fleet-for-test.ts';
import { logOf, longLease } from '../support/service-processes.ts';

/** A hand-over has a whole period: a tick is missed only where no collector reads in all of its time. */
const periodMs = 2_000;

describe('a task that requires labels', () => {
  it('runs on a collector that has them, and waits with the reason where there is none', async () => {
    const fleet = await fleetForTest(['press-1', 'press-2']);
    await fleet.start('supervisor');
    await fleet.collector('c1', { COLLECTOR_LABELS: 'site=hall-1' });
    await fleet.collector('c2', { COLLECTOR_LABELS: 'site=hall-2,network=plant' });
    const there = fleet.plant.config({ taskId: '1', devices: ['press-1'] });
    const nowhere = fleet.plant.config({ taskId: '2', devices: ['press-2'] });
    await fleet.log.start({ ...there, required_labels: { site: 'hall-2' } });
    const waits = await fleet.log.start({ ...nowhere, required_labels: { site: 'hall-3' } });
    expect(await fleet.placed('1')).toMatchObject({ collectorId: 'c2' });
    const notice = await eventually(
      async () => {
        const now = await fleet.log.waiting('2');
        return now?.detail.code === 'waiting.no_collector_has_the_labels' && now;
      },
      { what: 'the reason why session 2-1 waits' },
    );
    expect(notice).toMatchObject({ session: waits, why: 'no_collector' });
    expect(inEachLanguage(notice.detail)).toEqual({
      en: 'no collector that is up has the labels site=hall-3',
      zh: '在线的采集器都没有标签 site=hall-3',
    });
    await fleet.collector('c3', { COLLECTOR_LABELS: 'site=hall-3' });
    expect(await fleet.placed('2')).toMatchObject({ collectorId: 'c3' });
    await eventually(async () => (await fleet.log.waiting('2')) === undefined, { what: 'the notice to go' });
  });
});

describe('a task whose device no collector has the driver for', () => {
  it('goes to none, and waits with the device and the driver as the reason', async () => {
    const fleet = await fleetForTest(['press-1']);
    await fleet.start('supervisor');
    await fleet.collector('c1', { COLLECTOR_LABELS: 'site=hall-1' });
    const lease = await eventually(() => fleet.log.lease('c1'), { what: 'the lease of c1' });
    expect(JSON.parse(lease).labels).toEqual({ site: 'hall-1', ...driverLabels([...specs.keys()]) });
    const config = fleet.plant.config({ taskId: '1', devices: ['press-1'] });
    const [device] = config.devices;
    if (!device) throw new Error('no device');
    const foreign = { ...config, devices: [{ ...device, protocol: 'acme_laser' }] };
    const session = await fleet.log.start(foreign);
    const notice = await eventually(
      async () => {
        const now = await fleet.log.waiting('1');
        return now?.detail.code === 'waiting.no_collector_has_the_driver' && now;
      },
      { what: 'the reason why session 1-1 waits' },
    );
    expect(notice).toMatchObject({ session, why: 'no_collector' });
    expect(inEachLanguage(notice.detail)).toEqual({
      en: expect.stringContaining('has the driver for acme_laser (device press-1); start one'),
      zh: expect.stringContaining('都没有 acme_laser（设备 press-1）的驱动'),
    });
    await fleet.log.stop(session);
    expect(await fleet.eventTypes()).not.toContain('session.assigned');
  });
});

describe('two tasks that read devices behind one endpoint', () => {
  it('run on one collector, also after that one is gone', async () => {
    const fleet = await fleetForTest(['gateway', 'press-1']);
    await fleet.start('supervisor');
    const collectors = { c1: await fleet.collector('c1'), c2: await fleet.collector('c2') };
    await fleet.log.start(fleet.plant.config({ taskId: '1', devices: ['gateway'] }));
    const first = await fleet.placed('1');
    await fleet.log.start(fleet.plant.config({ taskId: '2', devices: ['gateway', 'press-1'] }));
    expect(await fleet.placed('2')).toMatchObject({ collectorId: first.collectorId });

    await collectors[first.collectorId as 'c1' | 'c2'].kill();
    const other = first.collectorId === 'c1' ? 'c2' : 'c1';
    const after = [await fleet.placed('1', { on: other }), await fleet.placed('2', { on: other })];
    await fleet.sampled('1-1', after[0]?.epoch ?? 0);
    await fleet.sampled('2-1', after[1]?.epoch ?? 0);
    expect(doubledTicks(await fleet.log.samples())).toEqual([]);
  });
});

describe('a collector joins', () => {
  it('gets its share of the sessions one by one, without a missed or doubled tick', async () => {
    const devices = ['press-1', 'press-2', 'press-3', 'press-4'];
    const fleet = await fleetForTest(devices, longLease);
    await fleet.start('supervisor', {
      REBALANCE_MIN_HOLD_MS: '600000',
      REBALANCE_SETTLE_MS: '60000',
    });
    await fleet.collector('c1');
    const taskIds = ['1', '2', '3', '4'];
    for (const taskId of taskIds) {
      const config = fleet.plant.config({ taskId, devices: [`press-${taskId}`], periodMs });
      const sessionId = await fleet.log.start(config);
      await fleet.sampled(sessionId, (await fleet.placed(taskId)).epoch, 1);
    }
    await fleet.collector('c2');
    // Another supervisor with less patience takes over, so that the test need not wait.
    const [quick] = await Promise.all([
      fleet.start('supervisor', { REBALANCE_MIN_HOLD_MS: '0', REBALANCE_SETTLE_MS: '1000' }),
      fleet.stopFirst('supervisor'),
    ]);
    await eventually(() => logOf(quick).includes('this supervisor leads'), { what: 'the take-over' });
    const onSecond = async () => {
      const placements = await Promise.all(taskIds.map((taskId) => fleet.placement(taskId)));
      return placements.filter((placement) => placement?.collectorId === 'c2');
    };
    // The fleet has to be settled first, and one is moved after the other.
    await eventually(async () => (await onSecond()).length === 2, {
      what: 'c2 to hold two sessions',
    });
    await Promise.all(
      taskIds.map(async (taskId) => {
        const { epoch } = await fleet.placed(taskId);
        const before = (await fleet.sampled(`${taskId}-1`, epoch, 1)).length;
        await fleet.sampled(`${taskId}-1`, epoch, before + 2);
      }),
    );
    expect(await onSecond()).toHaveLength(2);
    const released = (await fleet.eventTypes()).filter((type) => type === 'session.released');
    expect(released).toHaveLength(2);
    const samples = await fleet.log.samples();
    expect(doubledTicks(samples)).toEqual([]);
    expect(missingTicks(samples)).toEqual([]);
  });
});

describe('a collector is drained while it stays up', () => {
  it('hands its sessions over without a missed or doubled tick, gets none until it is undrained, and none is stopped', async () => {
    const taskIds = ['1', '2', '3', '4'];
    const devices = taskIds.map((taskId) => `press-${taskId}`);
    const fleet = await fleetForTest(devices, longLease);
    await fleet.start('supervisor', { REBALANCE_MIN_HOLD_MS: '0', REBALANCE_SETTLE_MS: '0' });
    await Promise.all([fleet.collector('c1'), fleet.collector('c2')]);
    for (const taskId of taskIds.slice(0, 3)) {
      const config = fleet.plant.config({ taskId, devices: [`press-${taskId}`], periodMs });
      const sessionId = await fleet.log.start(config);
      await fleet.sampled(sessionId, (await fleet.placed(taskId)).epoch, 1);
    }
    // Collectors answer only the API.
    const api = await connectNats({
      url: fleet.nats.url,
      name: 'api-test',
      log: createLogger('test', 'fatal'),
    });
    cleanUpAfterFile(() => api.close());
    const { nc } = api;
    // The supervisor may have known c2 first, and be moving a session to c1 just now.
    await eventually(
      async () => {
        const placements = await Promise.all(taskIds.slice(0, 3).map((taskId) => fleet.placement(taskId)));
        return placements.some((placement) => placement?.collectorId === 'c1');
      },
      { what: 'one of the sessions to be on c1' },
    );
    expect(await callForDrain(nc, 'c1', 'drain')).toMatchObject({ ok: true, reply: { draining: true } });
    expect(await callForDrain(nc, 'c9', 'drain')).toEqual({ ok: false, why: 'absent' });
    await fleet.log.start(fleet.plant.config({ taskId: '4', devices: ['press-4'], periodMs }));
    for (const taskId of taskIds) {
      const { epoch } = await fleet.placed(taskId, { on: 'c2' });
      await fleet.sampled(`${taskId}-1`, epoch, 2);
    }
    expect(await callForDrain(nc, 'c1', 'undrain')).toMatchObject({
      ok: true,
      reply: { draining: false, sessions: 0 },
    });
    const back = await eventually(
      async () => {
        const placements = await Promise.all(taskIds.map((taskId) => fleet.placement(taskId)));
        return placements.find((placement) => placement?.collectorId === 'c1');
      },
      { what: 'c1 to get its share again' },
    );
    await fleet.sampled(back.sessionId, back.epoch, 2);
    expect(await fleet.eventTypes()).not.toContain('session.stopped');
    const samples = await fleet.log.samples();
    expect(doubledTicks(samples)).toEqual([]);
    expect(missingTicks(samples)).toEqual([]);
  });
});

describe('a collector is killed and started again on its machine', () => {
  it('polls again at once: the kernel proves its predecessor dead, so no lease need run out', async () => {
    const fleet = await fleetForTest(['press-1']);
    // A lease so long that waiting for it would outlast the test.
    const patient = { LEASE_TTL_MS: '600000', LEASE_RENEW_MS: '500' };
    await fleet.start('supervisor', patient);
    const first = await fleet.collector('c1', patient);
    const sessionId = await fleet.log.start(fleet.plant.config({ taskId: '1', devices: ['press-1'] }));
    const { epoch } = await fleet.placed('1');
    const before = (await fleet.sampled(sessionId, epoch)).length;
    await first.kill();
    await fleet.collector('c1', patient);
    await fleet.sampled(sessionId, epoch, before + 5);
    expect(doubledTicks(await fleet.log.samples())).toEqual([]);
  });
});
