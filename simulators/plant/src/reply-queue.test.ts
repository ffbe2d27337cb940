import { expect, it } from 'vitest';
import type { Link } from './lines/link.ts';
import { ReplyQueue } from './reply-queue.ts';

it('replies leave in the order of their requests, also when the process was held up beyond the time of the first', async () => {
  const queue = new ReplyQueue();
  const sent: string[] = [];
  const whole = Promise.withResolvers<void>();
  const link: Link = {
    id: 1,
    held: undefined,
    send: (bytes) => {
      sent.push(bytes.toString());
      if (sent.length === 3) whole.resolve();
    },
    sendAfter: () => {},
    reset: () => {},
    deaden: () => {},
  };
  const nowMs = Date.now();
  queue.add(link, Buffer.from('first'), 20, nowMs);
  // Nothing else runs until the first is overdue.
  while (Date.now() < nowMs + 40);
  queue.add(link, Buffer.from('second'), 0, Date.now());
  queue.add(link, Buffer.from('third'), 0, Date.now());
  await whole.promise;
  expect(sent).toEqual(['first', 'second', 'third']);
});
