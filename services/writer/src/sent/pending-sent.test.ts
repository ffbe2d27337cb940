import { encodeSentRecord } from '@holdfast/shared/contracts/sent-record.ts';
import { describe, expect, it } from 'vitest';
import { type LookAtSamples, PendingSent, type SentMessage } from './pending-sent.ts';

const devices = [{ device: 'press', period_ms: 1_000, since_tick: 10, tick: 20 }];
const message = (sequence: number, changes: { ended?: boolean; subject?: string } = {}): SentMessage => ({
  sequence,
  subject: changes.subject ?? 'sent.A.7.one-1',
  storedAtMs: 1_000_000,
  text: encodeSentRecord({
    v: 1,
    session: '7-1',
    epoch: 2,
    collector: 'A',
    ended: changes.ended ?? true,
    devices,
  }),
});
const ready = (pending: PendingSent, look: Partial<LookAtSamples>) =>
  pending
    .ready({ end: 0, doneUpTo: 0, isDatabaseUp: true, nowMs: 1_000_000, monotonicMs: 0, ...look })
    .map(({ message: { sequence } }) => sequence);

describe('what was sent', () => {
  it('is put on record when nothing of it can come to be stored any more', () => {
    const pending = new PendingSent();
    pending.take([message(1)]);
    expect(ready(pending, { end: 500, doneUpTo: 400, monotonicMs: 0 })).toEqual([]);
    expect(ready(pending, { end: 900, doneUpTo: 499, monotonicMs: 60_000 })).toEqual([]);
    // The samples are gone from the stream, but a writer may still have some in hand.
    expect(ready(pending, { end: 900, doneUpTo: 500, monotonicMs: 70_000 })).toEqual([]);
    expect(ready(pending, { end: 900, doneUpTo: 800, monotonicMs: 79_999 })).toEqual([]);
    expect(ready(pending, { end: 900, doneUpTo: 800, monotonicMs: 80_000 })).toEqual([1]);
  });

  it('waits until the database has been back for a while: writers store what they held then', () => {
    const pending = new PendingSent();
    pending.take([message(1)]);
    const gone = { end: 500, doneUpTo: 500 };
    expect(ready(pending, { ...gone, isDatabaseUp: false, monotonicMs: 0 })).toEqual([]);
    expect(ready(pending, { ...gone, isDatabaseUp: false, monotonicMs: 60_000 })).toEqual([]);
    expect(ready(pending, { ...gone, monotonicMs: 61_000 })).toEqual([]);
    expect(ready(pending, { ...gone, monotonicMs: 71_000 })).toEqual([1]);
  });

  it('waits again when everything is delivered once more', () => {
    const pending = new PendingSent();
    pending.take([message(1)]);
    expect(ready(pending, { end: 500, doneUpTo: 500, monotonicMs: 0 })).toEqual([]);
    expect(ready(pending, { end: 500, doneUpTo: 3, monotonicMs: 20_000 })).toEqual([]);
    expect(ready(pending, { end: 500, doneUpTo: 500, monotonicMs: 25_000 })).toEqual([]);
    expect(ready(pending, { end: 500, doneUpTo: 500, monotonicMs: 35_000 })).toEqual([1]);
  });

  it('is left alone while its sender lives, and taken for what it is when that has been silent for minutes', () => {
    const pending = new PendingSent();
    const done = { end: 500, doneUpTo: 500 };
    pending.take([message(1, { ended: false })]);
    expect(ready(pending, { ...done, monotonicMs: 0 })).toEqual([]);
    pending.take([message(2, { ended: false }), message(3, { subject: 'sent.A.7.two-1' })]);
    expect(ready(pending, { ...done, monotonicMs: 30_000 })).toEqual([]);
    expect(ready(pending, { ...done, monotonicMs: 60_000 })).toEqual([3]);
    const nowMs = 1_000_000 + 120_000;
    expect(ready(pending, { ...done, nowMs, monotonicMs: 61_000 })).toEqual([3]);
    expect(ready(pending, { ...done, nowMs, monotonicMs: 71_000 })).toEqual([2, 3]);
  });

  it('is done with when it is on record, but not what its sender has said since', () => {
    const pending = new PendingSent();
    pending.take([message(1)]);
    pending.take([message(2)]);
    pending.settle(message(1));
    expect(pending.size).toBe(1);
    pending.settle(message(2));
    expect(pending.size).toBe(0);
  });

  it('is left to a newer writer where it cannot be read', () => {
    const pending = new PendingSent();
    pending.take([
      { ...message(1), text: '{"v":2}' },
      { ...message(2), text: 'no JSON' },
    ]);
    expect(pending.size).toBe(0);
  });
});
