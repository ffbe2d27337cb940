import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { expect, it } from 'vitest';
import { createLogger } from '../../runtime/logger.ts';
import { connectNats } from '../connection/connect.ts';
import { openStreamFeed } from './stream-feed.ts';

it('a feed leaves other work its turn, however long its messages take to decode', async () => {
  const { url } = await natsForTest();
  const { nc, close } = await connectNats({ url, name: 'test', log: createLogger('test', 'silent') });
  const jsm = await jetstreamManager(nc);
  await jsm.streams.add({ name: 'COSTLY', subjects: ['costly'] });
  for (let nth = 0; nth < 30; nth += 1) await jetstream(nc).publish('costly', `${nth}`);
  const feed = await openStreamFeed(nc, { stream: 'COSTLY', after: 0, filterSubject: 'costly' });
  const areFetched = async () => (await jsm.consumers.list('COSTLY').next())[0]?.num_pending === 0;
  let turns = 0;
  const count = () => {
    turns += 1;
    counting = setImmediate(count);
  };
  let counting = setImmediate(count);
  const turnsBefore: number[] = [];
  for await (const { data } of feed) {
    if (data === '0') await eventually(areFetched, { what: 'all others to wait in this process' });
    turnsBefore.push(turns);
    const endMs = performance.now() + 3;
    while (performance.now() < endMs);
    if (data === '29') break;
  }
  clearImmediate(counting);
  feed.stop();
  expect(new Set(turnsBefore).size).toBeGreaterThan(5);
  await close();
});
