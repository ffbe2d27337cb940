import { ConfirmedPublisher } from '@holdfast/shared/jetstream/confirmed-publisher.ts';
import { ackAll, consumeBatches } from '@holdfast/shared/jetstream/consume-batches.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { migrateSampleTables } from '@holdfast/shared/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresTickCoverage } from '@holdfast/shared/sample-store/postgres/postgres-tick-coverage.ts';
import type { TickOutcome } from '@holdfast/shared/sample-store/tick-coverage.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { expect, it } from 'vitest';
import { sessionsPath, startApi } from './api-under-test.ts';
import { configOf, tellSession } from './told-session.ts';

it('names no tick a loss that a writer may still have in hand, however long that takes', async () => {
  const nats = await natsForTest();
  const database = await freshDatabase();
  const api = await startApi({ nats: nats.url, database });
  await api.ready();
  await migrateSampleTables({ databaseUrl: database });
  const log = await sessionLogForTest(nats.url);
  const coverage = openPostgresTickCoverage({ databaseUrl: database });
  cleanUpAfterFile(() => coverage.close());
  const letGo = Promise.withResolvers<void>();
  let inHand = 0;
  const consumer = consumeBatches({
    ...{ nc: log.nc, stream: 'SAMPLES', durable: 'writer', log: createLogger('test', 'silent') },
    ...{ maxMessages: 1, maxWaitMs: 1 },
    handle: async (messages) => {
      inHand += messages.length;
      await letGo.promise;
      await ackAll(messages);
    },
  });
  cleanUpAfterFile(() => {
    letGo.resolve();
    return consumer.stop();
  });
  const sent = { subject: 'samples.11.1', body: '{}', messageId: 'in-hand', timeoutMs: 5_000 };
  await ConfirmedPublisher.of(log.nc).publish(sent);
  await eventually(() => inHand === 1, { what: 'a writer to have it in hand' });
  const everyMs = 1_000;
  const first = Math.floor(Date.now() / everyMs) - 30;
  const timeOf = (index: number) => new Date((first + index) * everyMs).toISOString();
  await tellSession(log, configOf('11', ['press-1'], everyMs), [
    { at: timeOf(0), what: 'started' },
    { at: timeOf(0), what: 'assigned', to: 'c1', reason: 'start' },
  ]);
  const entry = (outcome: TickOutcome, from: number, to: number) => ({
    ...{ sessionId: '11-1', deviceCode: 'press-1', periodMs: everyMs, outcome },
    ...{ from: first + from, to: first + to },
  });
  await coverage.record([
    entry('sent', 0, 0),
    entry('stored', 0, 5),
    entry('stored', 7, 19),
    entry('stored', 24, 25),
  ]);
  const causes = async () => {
    const { body } = await api.get(`${sessionsPath}/11-1/gaps/?to=${timeOf(25)}`);
    return body.results?.map(({ cause, from_tick, ticks }: Record<string, string | number>) => [
      ...[cause, Number(from_tick) - first, ticks],
    ]);
  };
  await eventually(() => Date.now() > (first + 24) * everyMs + 11_000, {
    what: 'its successors to be on record for long',
    timeoutMs: 20_000,
  });
  expect(await eventually(async () => (await causes())?.length > 0 && causes(), { what: 'gaps' })).toEqual([
    ['buffer_full', 6, 1],
    ['not_arrived', 20, 4],
  ]);
  letGo.resolve();
  await eventually(async () => (await causes())?.[1]?.[0] === 'buffer_full', {
    what: 'the loss to be named',
  });
  await consumer.stop();
});
