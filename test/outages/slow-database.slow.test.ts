import { setTimeout as sleep } from 'node:timers/promises';
import { openInfluxSampleStore } from '@holdfast/sample-store/influx/influx-sample-store.ts';
import { countTicks } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import { describe, expect, it } from 'vitest';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { fleetForTest } from '../support/fleet-for-test.ts';
import { influxForTest, influxIsInstalled } from '../support/influx-for-test.ts';
import { startInfluxTwoFront } from '../support/influx-two-front.ts';
import { longLease, startService } from '../support/service-processes.ts';
import { ticksOfSamples } from '../support/ticks-of-samples.ts';

const devices = ['press-1', 'press-2', 'press-3'];
const bucket = 'slow';

describe.skipIf(!influxIsInstalled())('a database that takes 2 s for each answer', () => {
  it('lets devices be read as ever, and has everything in the end', async () => {
    const [fleet, influx] = await Promise.all([fleetForTest(devices, longLease), influxForTest()]);
    await influx.createDatabase(bucket);
    const front = await startInfluxTwoFront(influx.url);
    cleanUpAfterFile(() => front.stop());
    // However slowly this machine reads devices, the database is slower.
    const areRead = Promise.withResolvers<void>();
    front.script(async (_lines, nth) => {
      await Promise.all([sleep(2_000), nth > 12 && areRead.promise]);
      return undefined;
    });
    await Promise.all([
      fleet.start('supervisor'),
      fleet.collector('c1'),
      startService('writer', {
        NATS_URL: fleet.nats.url,
        SAMPLE_STORE: 'influx',
        INFLUX_URL: front.url,
        INFLUX_BUCKET: bucket,
        // Three batches at a time of ten: at a sample every 17 ms that is a quarter of what comes.
        BATCH_MAX_MESSAGES: '10',
        MAX_ACK_PENDING: '40',
        BATCH_MAX_WAIT_MS: '50',
      }),
    ]);
    const session = await fleet.log.start(fleet.plant.config({ taskId: '1', devices, periodMs: 50 }));
    const samplesOf = async () => (await fleet.log.samples()).filter((sample) => sample.session === session);
    await eventually(async () => (await samplesOf()).filter(({ values }) => values).length >= 240, {
      what: 'samples in SAMPLES',
      intervalMs: 100,
    });
    const writesSoFar = front.writeCount;
    await fleet.log.stop(session);
    // The writer is far behind while devices were read at their pace.
    expect(writesSoFar * 10).toBeLessThan(200);
    areRead.resolve();
    front.passOn();
    const samples = await samplesOf();
    for (const { all, doubled } of ticksOfSamples(samples).values()) {
      expect(all).toHaveLength(1);
      expect(countTicks(all)).toBeGreaterThanOrEqual(70);
      expect(doubled).toBe(0);
    }
    const store = openInfluxSampleStore({ url: influx.url, org: '', bucket });
    cleanUpAfterFile(() => store.close());
    const point = Object.keys(samples.find(({ values }) => values)?.values ?? {})[0] ?? '';
    const read = async (device: string) => {
      const rows = await store.history({
        pointCode: point,
        devices: [{ deviceCode: device, measurement: device }],
        start: new Date(0),
        end: new Date('2100-01-01'),
        limit: 10_000,
      });
      return rows.map(({ time }) => time.getTime());
    };
    for (const device of devices) {
      // Asked again each time: what was read before the stop reached the collector may come to SAMPLES later.
      const unlike = async () => {
        const [inStore, all] = [await read(device), await samplesOf()];
        const inStream = all.flatMap((each) => (each.device === device && each.values ? [each.time] : []));
        return {
          missing: inStream.filter((time) => !inStore.includes(time)),
          doubledOrForeign: inStore.filter(
            (time, at) => !inStream.includes(time) || inStore.indexOf(time) !== at,
          ),
        };
      };
      await expect.poll(unlike).toEqual({ missing: [], doubledOrForeign: [] });
    }
  });
});
