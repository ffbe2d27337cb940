import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { decodeSentRecord } from '@holdfast/shared/contracts/sent-record.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { readStream } from '@holdfast/shared/jetstream/consume/read-stream.ts';
import { SampleStream } from '@holdfast/shared/jetstream/samples/sample-stream.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { identitiesForTest, violationsOf } from '../support/identities-for-test.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { plantForTest } from '../support/plant-for-test.ts';
import { startService, testLease } from '../support/service-processes.ts';
import { sessionLogForTest } from '../support/session-log.ts';

it('what a former holder publishes while the holder is dead is not taken for what that one has read', async () => {
  const identities = identitiesForTest(['hall-1', 'hall-2', 'hall-3']);
  const nats = await natsForTest({ configLines: identities.configLines });
  const log = await sessionLogForTest(identities.ownUrl(nats));
  const plant = await plantForTest(['press-1']);
  const common = { NATS_URL: nats.url, ...testLease };
  const start = (id: string) =>
    startService('collector', {
      ...{ ...common, NATS_NKEY_SEED: identities.seed('collector', id), COLLECTOR_ID: id },
    });
  await startService('supervisor', { ...common, NATS_NKEY_SEED: identities.seed('supervisor') });
  const former = await start('hall-1');
  const session = await log.start(plant.config({ taskId: '1', devices: ['press-1'] }));
  const readBy = (id: string) =>
    eventually(
      async () => {
        const of = (await log.samples()).filter(({ collector, values }) => collector === id && values);
        return of.length > 3 && of;
      },
      { what: `readings of ${id}` },
    );
  const [ofFormer] = await readBy('hall-1');
  const last = await start('hall-2');
  await former.stop();
  await readBy('hall-2');
  await last.kill();
  const lastOf = async (id: string) =>
    (await log.samples()).findLast(({ collector }) => collector === id) as Sample;
  const atDeath = await lastOf('hall-2');

  const { nc, close } = await connectNats({
    ...{ url: nats.url, nkeySeed: identities.seed('collector', 'hall-1'), name: 'collector-hall-1' },
    log: createLogger('test', 'silent'),
  });
  const { epoch, period_ms } = ofFormer as Sample;
  const tick = atDeath.tick + 1;
  const forged = {
    ...atDeath,
    session,
    collector: 'hall-1',
    epoch,
    tick,
    since_tick: 0,
    time: tick * period_ms,
  };
  await (await SampleStream.open(nc)).publish(forged);
  await close();

  await start('hall-3');
  const [first] = await readBy('hall-3');
  const records = async () => {
    const records = [];
    for await (const { data } of readStream(log.nc, 'SENT')) records.push(decodeSentRecord(data));
    return records.flatMap((record) => (record?.found_under === first?.epoch ? [record] : []));
  };
  const [record, ...others] = await eventually(
    async () => ((await records()).length > 0 ? records() : undefined),
    { what: 'up to where the one before has sent' },
  );
  expect(others).toEqual([]);
  const lastOfDead = await lastOf('hall-2');
  expect(record).toMatchObject({
    collector: 'hall-2',
    devices: [{ since_tick: lastOfDead.since_tick, tick: lastOfDead.tick }],
  });
  expect(violationsOf(nats)).toEqual([]);
});
