import type { OutgoingSample } from '@holdfast/shared/contracts/sample.ts';
import { expect, it } from 'vitest';
import { LastKnownSamples } from './last-known-samples.ts';
import { sampleToSend } from './testing/sample-to-send.ts';

const message = new Uint8Array(1);
const miss = { cause: 'timeout', detail: '' } as const;
const onTheWay = (tick: number, rest: Partial<OutgoingSample>): OutgoingSample => {
  const { values: _, ...sample } = sampleToSend(tick);
  return { ...sample, message, ...rest };
};
const newest = { values: { speed: 1 }, session: '7-1', epoch: 2, tick: 3 };

it('a reading that is still on its way counts like a stored one: with values where something was read', async () => {
  const known = new LastKnownSamples({ last: async () => newest });
  expect(await known.last('7', 'd1')).toEqual(newest);
  // A part of the points gave no answer; the device did.
  known.note(onTheWay(4, { isRead: true, miss }));
  expect(await known.last('7', 'd1')).toMatchObject({ tick: 4, miss, values: {} });
  known.note(onTheWay(5, { isRead: false, miss }));
  expect(await known.last('7', 'd1')).toEqual({ session: '7-1', epoch: 2, tick: 5, miss, values: undefined });
  known.note(onTheWay(6, { isRead: true }));
  expect(await known.last('7', 'd1')).toMatchObject({ tick: 6, miss: undefined });
  expect(await known.last('7', 'd2')).toEqual(newest);
});
