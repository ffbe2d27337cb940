import { connectionSchema } from '@holdfast/driver-mqtt/layout/connection.ts';
import { countChanges } from '@holdfast/shared/contracts/sample/changes.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { type TaskConfig, taskConfigSchema } from '@holdfast/shared/contracts/task-config.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { describe, expect, it } from 'vitest';
import { countingPublisher } from '../support/counting-publisher.ts';
import { eventually } from '../support/eventually.ts';
import { type FleetForTest, fleetForTest } from '../support/fleet-for-test.ts';
import { mosquittoForTest, mosquittoIsInstalled } from '../support/mosquitto-for-test.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function meterAt(port: number, periodMs: number): TaskConfig {
  return taskConfigSchema.parse({
    ...{
      schema_version: 3,
      task_id: '1',
      task_code: 'meters',
      task_name: '',
      config_version: 1,
      period_ms: periodMs,
    },
    devices: [
      {
        ...{ id: 'd1', code: 'meter-1', protocol: 'mqtt', mode: 'subscribed' },
        connection: connectionSchema.parse({ host: '127.0.0.1', port }),
        points: [{ code: 'count', data_type: 'uint32', address: { topic: 'hall/meter-1/count' } }],
      },
    ],
  });
}

const countsOf = (samples: readonly Sample[]) =>
  samples.flatMap(({ changes }) => changes?.count?.map(([, value]) => Number(value)) ?? []);

async function begin(fleet: FleetForTest, periodMs = 500) {
  const broker = await mosquittoForTest();
  const sessionId = await fleet.log.start(meterAt(broker.port, periodMs));
  const samples = async () => (await fleet.log.samples()).filter(({ session }) => session === sessionId);
  await eventually(async () => (await samples()).some(({ part, miss }) => part === undefined && !miss), {
    what: 'the broker to be subscribed to',
  });
  const publisher = await countingPublisher(broker.url, 'hall/meter-1/count');
  const killBroker = () =>
    broker.killWhen(
      async (disk) => publisher.isIn(disk) || countsOf(await samples()).includes(publisher.acknowledged()),
    );
  /** Waits until more values are with NATS than now. */
  const untilMoreValues = async () => {
    const from = publisher.count();
    await eventually(async () => countsOf(await samples()).some((count) => count > from + 20), {
      what: 'values published from now on',
      intervalMs: 100,
    });
  };
  /** Ends publishing. @returns every number that has come, in the order of the stream, and every number that was published */
  const all = async () => {
    const last = await publisher.stop();
    await eventually(async () => countsOf(await samples()).includes(last), {
      what: 'the last value',
      intervalMs: 100,
    });
    const published = Array.from({ length: last }, (_, index) => index + 1);
    return { counts: countsOf(await samples()), published };
  };
  return {
    broker,
    killBroker,
    sessionId,
    samples,
    goesOn: untilMoreValues,
    all,
    publishedUpToNow: publisher.count,
  };
}

const missing = (counts: readonly number[], published: readonly number[]) => {
  const there = new Set(counts);
  return published.filter((count) => !there.has(count));
};

/** Ticks that are accounted for, each once. */
function ticksOf(samples: readonly Sample[]): number[] {
  return samples
    .filter(({ part }) => part === undefined)
    .flatMap(({ tick, through_tick = tick }) =>
      Array.from({ length: through_tick - tick + 1 }, (_, index) => tick + index),
    );
}

describe.skipIf(!mosquittoIsInstalled())('what is published at QoS 1', () => {
  it('is stored, all of it, when its broker is killed and comes back', async () => {
    const fleet = await fleetForTest([]);
    await fleet.start('supervisor');
    await fleet.collector('c1', { SPOOL_DIR: await temporaryFolder('spool'), DEVICE_BACKOFF_MAX_MS: '500' });
    const { broker, killBroker, samples, goesOn, all } = await begin(fleet);
    await goesOn();
    for (let round = 0; round < 2; round += 1) {
      await killBroker();
      await eventually(async () => (await samples()).at(-1)?.miss?.cause === 'connection', {
        what: 'ticks without a broker to be misses',
        intervalMs: 100,
      });
      await broker.comeBack();
      await goesOn();
    }
    const { counts, published } = await all();
    expect(missing(counts, published)).toEqual([]);
    const ticks = ticksOf(await samples());
    expect(ticks).toEqual(Array.from({ length: ticks.length }, (_, index) => (ticks[0] ?? 0) + index));
    const missed = (await samples()).filter(({ miss }) => miss);
    expect(missed.every((sample) => countChanges(sample.changes) === 0)).toBe(true);
    // A busy machine misses ticks of its own.
    const down = missed.filter(({ miss }) => miss?.cause === 'connection');
    expect(inEnglish(down[0]?.miss?.detail)).toMatch(/^meter-1: /);
  });

  it('is stored, each once, when its collector hands it over, and all of it when that is killed', async () => {
    const fleet = await fleetForTest([]);
    await fleet.start('supervisor');
    const spools = await temporaryFolder('spools');
    const first = await fleet.collector('c1', { SPOOL_DIR: spools });
    const { samples, goesOn, all } = await begin(fleet);
    const placed = await fleet.placed('1', { on: 'c1' });
    const second = await fleet.collector('c2', { SPOOL_DIR: spools });
    await goesOn();
    await first.stop();
    const handedOver = await fleet.placed('1', { on: 'c2', above: placed.epoch });
    await goesOn();
    const before = countsOf(await samples());
    expect(before).toEqual(before.map((_, index) => index + 1));

    await fleet.collector('c3', { SPOOL_DIR: spools });
    await second.kill();
    await fleet.placed('1', { on: 'c3', above: handedOver.epoch });
    await goesOn();
    const { counts, published } = await all();
    expect(missing(counts, published)).toEqual([]);
  });

  it('is stored, all of it, when its collector is killed and started again within a tick', async () => {
    const fleet = await fleetForTest([]);
    await fleet.start('supervisor');
    const spools = { SPOOL_DIR: await temporaryFolder('spools') };
    const collector = await fleet.collector('c1', spools);
    const { goesOn, all } = await begin(fleet, 60_000);
    await goesOn();
    await collector.kill();
    await fleet.collector('c1', spools);
    await goesOn();
    const { counts, published } = await all();
    expect(missing(counts, published)).toEqual([]);
  });

  it('is acknowledged from the spool while NATS is unavailable, and stored when it is back', async () => {
    const fleet = await fleetForTest([], {
      LEASE_TTL_MS: '60000',
      LEASE_RENEW_MS: '500',
      LEASE_MARGIN_MS: '500',
    });
    await fleet.start('supervisor');
    await fleet.collector('c1', { SPOOL_DIR: await temporaryFolder('spool') });
    const { goesOn, all, publishedUpToNow } = await begin(fleet);
    await goesOn();
    await fleet.nats.kill();
    const from = publishedUpToNow();
    // Far more than mosquitto gives without an acknowledgement, or keeps.
    await eventually(() => publishedUpToNow() > from + 1_500, { what: 'values without NATS' });
    await fleet.nats.restart();
    await goesOn();
    const { counts, published } = await all();
    expect(missing(counts, published)).toEqual([]);
  });
});
