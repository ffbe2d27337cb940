import type { SentRecord } from '@holdfast/shared/contracts/sent-record.ts';
import { EpochBook } from '@holdfast/shared/sessions/epoch-book.ts';
import { expect, it } from 'vitest';
import { placedSo } from '../admission/testing/gate-for-test.ts';
import { isFromSender } from './is-from-sender.ts';

const log = new Map([
  [5, placedSo({ sessionId: '7-1', taskId: '7', collectorId: 'A' })],
  [6, placedSo({ sessionId: '8-1', taskId: '8', collectorId: 'B' })],
  [9, placedSo({ sessionId: '7-2', taskId: '7', collectorId: 'B' })],
]);
const epochs = new EpochBook({ lookUp: async (epoch) => log.get(epoch) ?? { kind: 'ahead' } });
const says = (subject: string, changes: Partial<SentRecord> = {}) =>
  isFromSender(
    subject,
    { v: 1, session: '7-1', epoch: 5, collector: 'A', ended: true, devices: [], ...changes },
    epochs,
  );

it('what was sent is believed of who sent it, and of who has the task after him', async () => {
  expect(await says('sent.A.7.one-1')).toBe(true);
  expect(await says('sent.B.7.two-1', { found_under: 9 })).toBe(true);
});

it('of no other sender', async () => {
  expect(await says('sent.B.7.two-1')).toBe(false);
  expect(await says('sent.B.7.two-1', { collector: 'B' })).toBe(false);
  expect(await says('sent.B.7.two-1', { found_under: 6 })).toBe(false);
  expect(await says('sent.C.7.two-1', { found_under: 9 })).toBe(false);
  expect(await says('sent.A.8.one-1')).toBe(false);
  expect(await says('sent.A.7.one-1', { session: '7-2' })).toBe(false);
});

it('and left alone while the log has not come so far', async () => {
  expect(await says('sent.A.7.one-1', { epoch: 10 })).toBeUndefined();
  expect(await says('sent.B.7.two-1', { found_under: 10 })).toBeUndefined();
});
