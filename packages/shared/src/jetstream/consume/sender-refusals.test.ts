import { expect, it } from 'vitest';
import { createLogger } from '../../runtime/logger.ts';
import { SenderRefusals } from './sender-refusals.ts';

it('senders in ever new names are counted as one once there are a thousand', () => {
  const refusals = new SenderRefusals(createLogger('test', 'silent'));
  for (let nth = 0; nth < 5_000; nth += 1)
    refusals.note({ sender: `made-up-${nth}`, bucket: 'STATUS', cause: 'unreadable' });
  refusals.note({ sender: 'made-up-1', bucket: 'STATUS', cause: 'unreadable' });
  const counts = refusals.counts();
  expect(counts).toHaveLength(1_001);
  expect(counts.at(1)).toMatchObject({ labels: { sender: 'made-up-1' }, value: 2 });
  expect(counts.at(-1)).toMatchObject({ labels: { sender: 'others' }, value: 4_000 });
});
