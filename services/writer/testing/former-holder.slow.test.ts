import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { readSentMessages, SentStream } from '@holdfast/shared/jetstream/streams/sent-stream.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { expect, it } from 'vitest';
import {
  asPlaced,
  connectTo,
  publishSamples,
  sampleOf,
  startWriter,
  untilAllAcked,
  untilLogged,
} from './writer-under-test.ts';

const timesOf = (tick: number) => ({ time: tick * 1_000, read_at: tick * 1_000 + 3 });
const secondsNow = () => Math.floor(Date.now() / 1_000);

it('a former holder puts no tick on record that came when the session was another’s', async () => {
  const nats = await natsForTest();
  const databaseUrl = await freshDatabase();
  const coverage = openPostgresTickCoverage({ databaseUrl });
  cleanUpAfterFile(() => coverage.close());
  const connection = await connectTo(nats);
  await untilLogged(await startWriter(nats, { DATABASE_URL: databaseUrl }), 'writing samples');
  const of = (collector: string, tick: number, changes: Partial<Sample> = {}) =>
    sampleOf({ session: 'taken', collector, epoch: 1, tick, ...timesOf(tick), ...changes });

  const before = secondsNow();
  const [former] = await asPlaced(connection, [of('former', before)]);
  await asPlaced(connection, [of('present', before)]);
  const after = secondsNow();
  await publishSamples(connection, [of('present', before - 5)]);
  await eventually(() => secondsNow() > after + 4, { what: 'some ticks to come' });
  const full = { values: undefined, miss: { cause: 'buffer_full', detail: '' } } as const;
  for (const late of [
    of('former', before),
    of('former', before - 1, { through_tick: after + 3, ...full }),
    of('former', after + 2),
    of('former', after + 3, full),
  ])
    await publishSamples(connection, [late]);
  await untilAllAcked(connection);

  const { session, epoch, device, period_ms } = former as Sample;
  const sent = new SentStream(connection.nc, 'former');
  const record = { v: 1, session, epoch, collector: 'former', ended: true } as const;
  const report = { device, period_ms, tick: after + 1_000 };
  await sent.publish('task-1', 'one-1', { ...record, devices: [{ ...report, since_tick: before - 3 }] });
  await sent.publish('task-1', 'one-2', { ...record, devices: [{ ...report, since_tick: after + 1 }] });
  await eventually(async () => (await readSentMessages(connection.nc, 0)).messages.length === 0, {
    what: 'up to where it has sent to be on record',
  });

  const recorded = (await coverage.read({ sessionId: 'taken' })).get('press-1')?.get(1_000);
  expect(recorded?.missed.get('fenced')).toEqual([{ from: before, to: before }]);
  const lost = recorded?.missed.get('buffer_full') ?? [];
  expect(lost).toEqual([{ from: before - 1, to: expect.any(Number) }]);
  expect(recorded?.confirmed).toEqual([{ from: before - 3, to: lost[0]?.to }]);
  expect(lost[0]?.to).toBeGreaterThanOrEqual(before);
  expect(lost[0]?.to).toBeLessThanOrEqual(after);
});
