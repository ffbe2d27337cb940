import { askBroker } from '@holdfast/test/support/ask-broker.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { expect, it } from 'vitest';
import { streamNames, subjects } from '../../contracts/subjects.ts';
import { listQuarantine } from '../samples/quarantine-store.ts';
import { readStream } from './read-stream.ts';

it('a broker that stands still in the middle of a list costs none of it', async () => {
  const server = await natsForTest();
  const { nc } = await sessionLogForTest(server.url);
  // With so many bytes, the broker has sent only part of them when the first ones arrive.
  const body = 'x'.repeat(200_000);
  for (let count = 0; count < 200; count += 1) await askBroker(nc, subjects.quarantine('SAMPLES'), body);
  const before = nc.stats().inBytes;
  const listed = listQuarantine(nc, { after: 0, limit: 1_000 });
  listed.catch(() => undefined);
  while (nc.stats().inBytes < before + body.length) await new Promise(setImmediate);
  process.kill(server.pid, 'SIGSTOP');
  try {
    const since = performance.now();
    await eventually(() => performance.now() - since > 2_500, { what: 'more than the time of a request' });
  } finally {
    process.kill(server.pid, 'SIGCONT');
  }
  expect(await listed).toHaveLength(200);
});

it('messages that take long to decode, read from a stream, let other work have its turn', async () => {
  const server = await natsForTest();
  const { nc } = await sessionLogForTest(server.url);
  for (let count = 0; count < 100; count += 1) await askBroker(nc, subjects.quarantine('SAMPLES'), 'x');
  let turns = 0;
  let isOver = false;
  const countTurns = () => {
    turns += 1;
    if (!isOver) setImmediate(countTurns);
  };
  const turnsAt: number[] = [];
  setImmediate(countTurns);
  for await (const _message of readStream(nc, streamNames.quarantine)) {
    turnsAt.push(turns);
    for (const sinceMs = performance.now(); performance.now() - sinceMs < 2; );
  }
  isOver = true;
  expect(turnsAt).toHaveLength(100);
  // Of ten messages in a row, some waited for others' work.
  expect(turnsAt.filter((at, index) => at === turnsAt[index + 10])).toEqual([]);
});
