import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import type { TickOutcome } from '@holdfast/sample-store/tick-coverage.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { ackAll, consumeBatches } from '@holdfast/shared/jetstream/consume/consume-batches.ts';
import { ConfirmedPublisher } from '@holdfast/shared/jetstream/publish/confirmed-publisher.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { beforeAll, expect, it } from 'vitest';
import { sessionsPath, startApi } from './api-under-test.ts';
import { configOf, writeStory } from './write-story.ts';

const everyMs = 1_000;
let api: Awaited<ReturnType<typeof startApi>>;
let log: Awaited<ReturnType<typeof sessionLogForTest>>;
let coverage: ReturnType<typeof openPostgresTickCoverage>;

beforeAll(async () => {
  const nats = await natsForTest();
  const database = await freshDatabase();
  api = await startApi({ nats: nats.url, database });
  await api.ready();
  await migrateSampleTables({ databaseUrl: database });
  log = await sessionLogForTest(nats.url);
  coverage = openPostgresTickCoverage({ databaseUrl: database });
  cleanUpAfterFile(() => coverage.close());
});

/** Publishes a message that a writer then has in hand until it is released. */
async function inHandOfWriter(task: string, body: string) {
  const letGo = Promise.withResolvers<void>();
  let inHand = 0;
  const consumer = consumeBatches({
    ...{ nc: log.nc, stream: 'SAMPLES', durable: 'writer', log: createLogger('test', 'silent') },
    ...{ maxMessages: 1, maxWaitMs: 1 },
    handle: async (messages) => {
      inHand += messages.length;
      await letGo.promise;
      await ackAll(log.nc, messages);
    },
  });
  cleanUpAfterFile(() => {
    letGo.resolve();
    return consumer.stop();
  });
  const sent = { subject: `samples.c1.${task}.1`, body, messageId: `in-hand-${task}`, timeoutMs: 60_000 };
  await ConfirmedPublisher.of(log.nc).publish(sent);
  await eventually(() => inHand === 1, { what: 'a writer to have it in hand' });
  return { letGo: () => letGo.resolve(), stop: () => consumer.stop() };
}

/** Makes a session that began half a minute ago, with entries on record that are counted from its first tick. */
async function recorded(task: string, entries: readonly (readonly [TickOutcome, number, number])[]) {
  const first = Math.floor(Date.now() / everyMs) - 30;
  const timeOf = (index: number) => new Date((first + index) * everyMs).toISOString();
  await writeStory(log, configOf(task, ['press-1'], everyMs), [
    { at: timeOf(0), what: 'started' },
    { at: timeOf(0), what: 'assigned', to: 'c1', reason: 'start' },
  ]);
  await coverage.record(
    entries.map(([outcome, from, to]) => ({
      ...{ sessionId: `${task}-1`, deviceCode: 'press-1', periodMs: everyMs, outcome },
      ...{ from: first + from, to: first + to },
    })),
  );
  const causes = async () => {
    const { body } = await api.get(`${sessionsPath}/${task}-1/gaps/?to=${timeOf(25)}`);
    return body.results?.map(({ cause, from_tick, ticks }: Record<string, string | number>) => [
      ...[cause, Number(from_tick) - first, ticks],
    ]);
  };
  return {
    first,
    causes,
    someCauses: () => eventually(async () => (await causes())?.length > 0 && causes(), { what: 'gaps' }),
  };
}

it('names no tick a loss that a writer may still have in hand, however long that takes', async () => {
  const { letGo, stop } = await inHandOfWriter('11', '{}');
  const { first, causes, someCauses } = await recorded('11', [
    ['sent', 0, 0],
    ['stored', 0, 5],
    ['stored', 7, 19],
    ['stored', 24, 25],
  ]);
  await eventually(() => Date.now() > (first + 24) * everyMs + 11_000, {
    what: 'its successors to be on record for long',
  });
  const causesInOrder: unknown[][] = [];
  const nextSeen = async () => {
    const now = await someCauses();
    causesInOrder.push(...now);
    return now;
  };
  await expect.poll(nextSeen).toEqual([
    ['buffer_full', 6, 1],
    ['not_arrived', 20, 4],
  ]);
  expect(causesInOrder.filter(([cause, from]) => cause === 'buffer_full' && from !== 6)).toEqual([]);
  letGo();
  await eventually(async () => (await causes())?.[1]?.[0] === 'buffer_full', {
    what: 'the loss to be named',
  });
  await stop();
});

it('names no tick a loss while a writer has samples of that time in hand that waited for the broker', async () => {
  const dueMs = Date.now() - 60_000;
  const waited: Sample = {
    ...{ v: 1, session: '12-1', epoch: 2, collector: 'c1', task: '12', device_id: '1', device: 'press-1' },
    ...{
      site: '',
      measurement: 'press-1',
      tick: dueMs / 1_000,
      period_ms: everyMs,
      time: dueMs,
      read_at: dueMs,
    },
    values: { a: 1 },
  };
  const tick = Math.floor(waited.tick);
  const { letGo, stop } = await inHandOfWriter(
    '12',
    JSON.stringify({ ...waited, tick, time: tick * everyMs }),
  );
  const { causes } = await recorded('12', [
    ['sent', 0, 0],
    ['stored', 0, 5],
    ['stored', 7, 25],
  ]);
  await eventually(async () => (await causes())?.[0]?.[0] === 'not_arrived', {
    what: 'the API to have looked at what is in hand by now',
  });
  letGo();
  await eventually(async () => (await causes())?.[0]?.[0] === 'buffer_full', {
    what: 'the loss to be named',
  });
  await stop();
});
