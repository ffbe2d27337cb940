import type { OutgoingSample } from '@holdfast/shared/contracts/sample/sample.ts';
import { expect, it } from 'vitest';
import { LastKnownSamples } from './last-known-samples.ts';
import { sampleToSend } from './testing/sample-to-send.ts';

const message = new Uint8Array(1);
const miss = { cause: 'timeout', detail: '' } as const;
const onTheWay = (tick: number, rest: Partial<OutgoingSample>): OutgoingSample => {
  const { values: _, ...sample } = sampleToSend(tick);
  return { ...sample, message, ...rest };
};
const streamSample = sampleToSend(3);
const { session, epoch, tick, period_ms, values } = streamSample;
/** Contains the whole sample, which says up to where its sender had come. */
const newest = { session, epoch, tick, period_ms, values, stored: streamSample };

it('a reading that is still on its way counts like a stored one: with values where something was read', async () => {
  const samples = new LastKnownSamples({ last: async () => streamSample });
  expect(await samples.last('7', 'd1', 9)).toEqual(newest);
  // Some of the points gave no answer, but the device did.
  samples.note(onTheWay(4, { isRead: true, miss }));
  expect(await samples.last('7', 'd1', 9)).toMatchObject({ tick: 4, miss, values: {} });
  samples.note(onTheWay(5, { isRead: false, miss }));
  expect(await samples.last('7', 'd1', 9)).toEqual({
    session,
    epoch,
    tick: 5,
    period_ms,
    miss,
    values: undefined,
    stored: streamSample,
  });
  samples.note(onTheWay(6, { isRead: true }));
  expect(await samples.last('7', 'd1', 9)).toMatchObject({ tick: 6, miss: undefined });
  expect(await samples.last('7', 'd2', 9)).toEqual(newest);
});

it('a reading of the same placement is enough where the stream cannot be asked', async () => {
  const samples = new LastKnownSamples({ last: () => Promise.reject(new Error('no responders')) });
  samples.note(onTheWay(5, { isRead: true }));
  expect(await samples.last('7', 'd1', epoch)).toMatchObject({ tick: 5, epoch });
  await expect(samples.last('7', 'd1', epoch + 1)).rejects.toThrow('no responders');
  await expect(samples.last('7', 'd2', epoch)).rejects.toThrow('no responders');
});
