import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import { fromTicks, normalise } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import { describe, expect, it } from 'vitest';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { fleetForTest } from '../support/fleet-for-test.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const device = 'press-1';

describe('a collector whose cable to NATS is pulled out', () => {
  it('sends what it read until its lease ended when it is back, and that is stored beside what its successor reads', async () => {
    const fleet = await fleetForTest([device]);
    const cable = await startTcpProxy({ targetPort: Number(new URL(fleet.nats.url).port) });
    const databaseUrl = await freshDatabase();
    await fleet.start('writer', { DATABASE_URL: databaseUrl });
    await fleet.start('supervisor');
    const first = await fleet.collector('first', {
      NATS_URL: `nats://127.0.0.1:${cable.port}`,
      SPOOL_DIR: await temporaryFolder('spool'),
    });
    const session = await fleet.log.start(
      fleet.plant.config({ taskId: '1', devices: [device], periodMs: 200 }),
    );
    const { epoch } = await fleet.placed('1', { on: 'first' });
    await fleet.sampled(session, epoch);
    await fleet.collector('second');

    cable.stall();
    const { epoch: next } = await fleet.placed('1', { on: 'second', above: epoch });
    const [begun] = await fleet.sampled(session, next);
    const publishedUnder = async (which: number) =>
      (await fleet.log.samples()).filter((sample) => sample.session === session && sample.epoch === which);
    const beforeCut = (await publishedUnder(epoch)).length;
    await cable.heal();
    await eventually(async () => (await publishedUnder(epoch)).length > beforeCut, {
      what: 'readings of the first collector to arrive',
    });
    // It ends when all that it has read is with the broker.
    expect(await first.stop({ graceMs: 120_000 })).toEqual({ code: 0, signal: null });
    await fleet.log.stop(session);
    const late = (await publishedUnder(epoch)).slice(beforeCut);
    expect(late.length).toBeGreaterThan(0);
    expect(Math.max(...late.map(({ tick }) => tick))).toBeLessThan(begun?.since_tick ?? 0);

    const coverage = openPostgresTickCoverage({ databaseUrl });
    cleanUpAfterFile(() => coverage.close());
    await eventually(
      async () => {
        const readings = [...(await publishedUnder(epoch)), ...(await publishedUnder(next))];
        const of = (await coverage.read({ sessionId: session })).get(device)?.get(200);
        expect(of?.stored).toEqual(
          normalise(
            fromTicks(
              readings
                .filter(({ values }) => values)
                .map(({ tick }) => tick)
                .sort((a, b) => a - b),
            ),
          ),
        );
        expect(of?.missed.get('fenced')).toBeUndefined();
        return true;
      },
      { what: 'all of it to be in the database' },
    );
  });
});
