import type { LoggedAt } from '@holdfast/shared/sessions/epoch-book.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { messageOf, sampleOf } from '../batch/testing/sample-message.ts';
import { gateForTest, placedSo } from './testing/gate-for-test.ts';

/** The final entries of the log. Odd epochs are given to collector 1, some of them for session 1. */
const logged = (epoch: number): LoggedAt => {
  if (epoch % 2 === 0) return epoch % 4 === 0 ? { kind: 'other' } : placedSo({ collectorId: 'collector-9' });
  return epoch % 3 === 0 ? placedSo({ sessionId: 'session-2' }) : placedSo();
};
const isTrue = (epoch: number, source: string) =>
  source === 'collector-1' && epoch % 2 === 1 && epoch % 3 !== 0;

it('what becomes of a sample does not depend on how often, in which order and how late it is delivered', async () => {
  const message = fc.record({
    epoch: fc.integer({ min: 1, max: 12 }),
    source: fc.constantFrom('collector-1', 'evil'),
  });
  const delivery = fc.record({ index: fc.nat(), logAt: fc.integer({ min: 0, max: 12 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(message, { minLength: 1, maxLength: 8 }),
      fc.array(fc.array(delivery, { minLength: 1, maxLength: 4 }), { maxLength: 12 }),
      async (messages, batches) => {
        const signal = new AbortController().signal;
        let end = 0;
        let nowMs = 0;
        const gate = gateForTest(async (epoch) => (epoch <= end ? logged(epoch) : { kind: 'ahead' }), {
          atMost: 1_000,
          nowMs: () => nowMs,
        });
        const claimed = messages.map(({ epoch, source }, index) => {
          const sample = sampleOf({ tick: index, epoch });
          const subject = `samples.${source}.task-1.device-1`;
          return { message: { ...messageOf(index + 1, sample), subject }, claim: sample };
        });
        const verdicts = new Map<number, Set<string>>();
        const deliver = async (indexes: readonly number[]) => {
          const some = indexes.map((index) => claimed[index % claimed.length] as (typeof claimed)[number]);
          const verdictsOfBatch = await gate.judge(some, signal);
          verdictsOfBatch.forEach(({ kind }, at) => {
            const { seq } = (some[at] as (typeof some)[number]).message;
            if (kind !== 'early') verdicts.set(seq, (verdicts.get(seq) ?? new Set()).add(kind));
          });
        };
        for (const batch of batches) {
          // The log only grows, and arrives within the writer's patience.
          end = Math.max(end, ...batch.map(({ logAt }) => logAt));
          nowMs += 1_000;
          await deliver(batch.map(({ index }) => index));
        }
        end = 12;
        nowMs += 2_000;
        await deliver(claimed.map((_, index) => index));
        messages.forEach(({ epoch, source }, index) => {
          const right = isTrue(epoch, source) ? 'admitted' : 'rejected';
          expect([...(verdicts.get(index + 1) ?? [])]).toEqual([right]);
        });
      },
    ),
    { numRuns: 500 },
  );
});
