import { connectionSchema } from '@holdfast/driver-mqtt/layout/connection.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { type TaskConfig, taskConfigSchema } from '@holdfast/shared/contracts/task-config.ts';
import { expect, it } from 'vitest';
import { countingPublisher } from '../support/counting-publisher.ts';
import { eventually } from '../support/eventually.ts';
import { fleetForTest } from '../support/fleet-for-test.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { mosquittoForTest, mosquittoIsInstalled } from '../support/mosquitto-for-test.ts';
import { longLease } from '../support/service-processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { publishedValues } from '../verify/checks/published-values.ts';
import { readHistory } from '../verify/read-history.ts';

const topic = 'hall/meter-1';

/** By version, from 1 on: the length of its ticks, and the scale by which its values are known. */
const versions = [
  { periodMs: 500, scale: 2 },
  { periodMs: 2_000, scale: 3 },
  { periodMs: 200, scale: 5 },
] as const;

/** A meter that publishes each number as it is and scaled, at the number's own time. */
function meterAt(port: number, version: number): TaskConfig {
  const { periodMs, scale } = versions[version - 1] ?? versions[0];
  const place = (pointer: string) => ({ topic: `${topic}#${pointer}`, time_at: '/ts' });
  return taskConfigSchema.parse({
    ...{ schema_version: 3, task_id: '1', task_code: 'meters', task_name: '', config_version: version },
    period_ms: periodMs,
    devices: [
      {
        ...{ id: 'd1', code: 'meter-1', protocol: 'mqtt', mode: 'subscribed' },
        connection: connectionSchema.parse({ host: '127.0.0.1', port }),
        points: [
          { code: 'count', data_type: 'uint32', address: place('/n') },
          { code: 'scaled', data_type: 'float64', scale, address: place('/n') },
        ],
      },
    ],
  });
}

const versionOf = ({ config_version = 1 }: Sample) => config_version;
const numbersOf = (sample: Sample, code: string) =>
  sample.changes?.[code]?.map(([, value]) => Number(value)) ?? [];
const countsOf = (samples: readonly Sample[]) => samples.flatMap((sample) => numbersOf(sample, 'count'));

it.skipIf(!mosquittoIsInstalled())(
  'a subscribed device whose period and scale change while it tells loses and doubles nothing, and each value is scaled by its version',
  async () => {
    const fleet = await fleetForTest([], longLease);
    const databaseUrl = await freshDatabase();
    await fleet.start('supervisor');
    await fleet.start('writer', { DATABASE_URL: databaseUrl });
    await fleet.collector('c1', { SPOOL_DIR: await temporaryFolder('spool') });
    const broker = await mosquittoForTest();
    const sessionId = await fleet.log.start(meterAt(broker.port, 1));
    const { samples } = fleet.log;
    await eventually(async () => (await samples()).some(({ part, miss }) => part === undefined && !miss), {
      what: 'the broker to be subscribed to',
    });
    /** When the meter published each number. */
    const toldMs = new Map<number, number>();
    const publisher = await countingPublisher(broker.url, topic, (count) => {
      const ts = Math.max(Date.now(), (toldMs.get(count - 1) ?? 0) + 1);
      toldMs.set(count, ts);
      return JSON.stringify({ ts, n: count });
    });
    /** Waits until more values are with NATS than now, the newest of them read by this version. */
    const goesOnBy = async (version: number) => {
      const from = publisher.count();
      const isNew = (sample: Sample) =>
        versionOf(sample) === version && countsOf([sample]).some((count) => count > from + 50);
      await eventually(async () => (await samples()).some(isNew), {
        what: `values that are published from now on to be read by version ${version}`,
        intervalMs: 200,
      });
    };
    await goesOnBy(1);
    const fromMs = [Number.NEGATIVE_INFINITY];
    for (const version of [2, 3]) {
      const inForceMs = await fleet.log.reconfigure(sessionId, meterAt(broker.port, version));
      fromMs.push(inForceMs);
      await goesOnBy(version);
      // Its first tick is filled before it is scheduled, and until then nothing else can be changed.
      await eventually(() => Date.now() > inForceMs, { what: 'the change to be in force' });
    }
    const last = await publisher.stop();
    await eventually(async () => countsOf(await samples()).includes(last), { what: 'the last value' });
    await eventually(async () => (await fleet.log.unwritten()) === 0, { what: 'all samples to be stored' });

    const changeSamples = (await samples()).filter((sample) => countsOf([sample]).length > 0);
    const published = Array.from({ length: last }, (_, index) => index + 1);
    expect(countsOf(changeSamples)).toEqual(published);
    expect(new Set(changeSamples.map(versionOf))).toEqual(new Set([1, 2, 3]));
    for (const sample of changeSamples) {
      const version = versionOf(sample);
      const { periodMs, scale } = versions[version - 1] ?? versions[0];
      expect(sample.period_ms).toBe(periodMs);
      expect(numbersOf(sample, 'scaled')).toEqual(numbersOf(sample, 'count').map((count) => count * scale));
      // No version is used before its time; and a reader that has heard of the next one never goes back.
      expect(sample.tick * sample.period_ms).toBeGreaterThanOrEqual(fromMs[version - 1] ?? 0);
    }
    const versionsInOrder = changeSamples.map(versionOf);
    expect(versionsInOrder).toEqual(versionsInOrder.toSorted());

    const history = await readHistory({ natsUrl: fleet.nats.url, databaseUrl });
    const rows = (history.database?.timedValues ?? []).toSorted((one, other) => one.timeMs - other.timeMs);
    const scaleOf = new Map(
      changeSamples.flatMap((sample) =>
        countsOf([sample]).map((count) => [count, versions[versionOf(sample) - 1]?.scale ?? 0] as const),
      ),
    );
    expect(rows.map(({ timeMs, copies, values }) => [timeMs, copies, values])).toEqual(
      published.map((count) => [
        toldMs.get(count),
        1,
        { count, scaled: count * (scaleOf.get(count) ?? Number.NaN) },
      ]),
    );
    expect(publishedValues(history)).toEqual([]);
  },
);
