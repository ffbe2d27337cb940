import { EpochMissing } from '@holdfast/shared/sessions/epoch-book.ts';
import { expect, it } from 'vitest';
import { messageOf, sampleOf } from '../batch/testing/sample-message.ts';
import { gateAndAdmissionForTest, gateForTest, placedSo } from './testing/gate-for-test.ts';

it('an epoch that SESSIONS lacks in its middle holds up the others for half a minute, then it is lost', async () => {
  const stopping = new AbortController();
  const epochs: number[] = [];
  const gate = gateForTest(
    async (epoch) => {
      if (epoch !== 6) return placedSo();
      epochs.push(epoch);
      if (epochs.length > 5) stopping.abort();
      throw new EpochMissing('SESSIONS has events 1 to 9, and not 6');
    },
    { nowMs: () => 20_000 * epochs.length },
  );
  const claimed = [6, 7].map((epoch, index) => {
    const claim = sampleOf({ tick: index + 1, epoch });
    const message = { ...messageOf(index + 1, claim), subject: 'samples.collector-1.task-1.device-1' };
    return { message, claim };
  });
  const lost = {
    kind: 'rejected',
    reason: expect.stringContaining('trust_epoch'),
    isLost: true,
    lostEpoch: 6,
  };
  expect(await gate.judge(claimed, stopping.signal)).toEqual([
    lost,
    { kind: 'admitted', isVerified: true, sinceMs: 0 },
  ]);
  // Asked at 0 s, 20 s and 40 s; then the verdict is final.
  expect(epochs.length).toBe(3);
  expect(await gate.judge(claimed, stopping.signal)).toMatchObject([{ isLost: true }, { kind: 'admitted' }]);
  expect(epochs.length).toBe(3);
});

it('an epoch is not lost while SESSIONS cannot be read', async () => {
  const stopping = new AbortController();
  let questionCount = 0;
  const gate = gateForTest(
    async () => {
      questionCount += 1;
      if (questionCount > 3) stopping.abort();
      throw new Error('timeout');
    },
    { nowMs: () => 60_000 * questionCount },
  );
  const claim = sampleOf({ tick: 1, epoch: 6 });
  const message = { ...messageOf(1, claim), subject: 'samples.collector-1.task-1.device-1' };
  await expect(gate.judge([{ message, claim }], stopping.signal)).rejects.toThrow('stopped');
});

it('samples are not taken for early when the broker was unavailable while their epochs were looked up', async () => {
  const epochs: number[] = [];
  const { gate, admission } = gateAndAdmissionForTest(
    async (epoch) => {
      epochs.push(epoch);
      // One answer has come by then, and the other comes after the reconnection.
      if (epochs.length === 2) setImmediate(() => admission.forget());
      if (epoch === 7) await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      return placedSo();
    },
    { atMost: 0 },
  );
  const claimed = [6, 7].map((epoch, index) => {
    const claim = sampleOf({ tick: index + 1, epoch });
    const message = { ...messageOf(index + 1, claim), subject: 'samples.collector-1.task-1.device-1' };
    return { message, claim };
  });
  const admitted = { kind: 'admitted', isVerified: true, sinceMs: 0 };
  expect(await gate.judge(claimed, new AbortController().signal)).toEqual([admitted, admitted]);
  expect(epochs.toSorted()).toEqual([6, 6, 7, 7]);
});
