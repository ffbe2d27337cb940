import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { expect, it } from 'vitest';
import { createLogger } from '../../runtime/logger.ts';
import { EpochMissing } from '../../sessions/epoch-book.ts';
import { connectNats } from '../connection/connect.ts';
import { jetStreamEpochs, lifecycleEventAfter } from './logged-at.ts';

it('an event that SESSIONS lacks in its middle is distinguished from a log that cannot be read', async () => {
  const { url } = await natsForTest();
  const { nc, close } = await connectNats({ url, name: 'test', log: createLogger('test', 'silent') });
  const jsm = await jetstreamManager(nc);
  await jsm.streams.add({ name: 'SESSIONS', subjects: ['sessions.>'] });
  for (const task of ['1', '2', '3']) await jetstream(nc).publish(`sessions.task.${task}.lifecycle`, '{}');
  await jsm.streams.deleteMessage('SESSIONS', 2);
  const epochs = jetStreamEpochs(() => nc);
  await expect(epochs.find(2)).rejects.toThrow(EpochMissing);
  expect(await epochs.find(3)).toEqual({ kind: 'other' });
  await jsm.streams.delete('SESSIONS');
  await expect(epochs.find(1)).rejects.not.toThrow(EpochMissing);
  await close();
});

it('the lifecycle of a task is read event by event, as its leader has it', async () => {
  const { url } = await natsForTest();
  const { nc, close } = await connectNats({ url, name: 'test', log: createLogger('test', 'silent') });
  const jsm = await jetstreamManager(nc);
  await jsm.streams.add({ name: 'SESSIONS', subjects: ['sessions.>'] });
  for (const subject of ['7.lifecycle', '8.lifecycle', '7.placement', '7.lifecycle']) {
    await jetstream(nc).publish(`sessions.task.${subject}`, JSON.stringify({ subject }));
  }
  const at = async (after: number) => (await lifecycleEventAfter(nc, '7', after))?.sequence;
  expect([await at(0), await at(1), await at(4)]).toEqual([1, 4, undefined]);
  await close();
});
