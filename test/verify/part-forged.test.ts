import { encodeSample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { describe, expect, it } from 'vitest';
import { holderCheck } from './holder-check.ts';
import { partForged, readWords, type SampleMessage } from './part-forged.ts';
import { epochMs, RecordedHistory, tick0 } from './testing/recorded-history.ts';

/** Epoch 2 is c1's, epoch 3 that of c2. */
const { events, samples } = new RecordedHistory()
  .started(0)
  .assigned(10, 'c1')
  .assigned(10_000, 'c2', 'failover')
  .polled(0, 0, { epoch: 2 });
const point = {
  code: 'count',
  name: '',
  table: 'holding_register',
  address: 0,
  data_type: 'uint16',
} as const;
const snapshot = {
  devices: [
    {
      id: '1',
      code: 'press',
      site_code: '',
      points: [{ ...point, byte_order: 'ABCD', scale: 1, offset: 0 }],
    },
  ],
} as unknown as TaskConfig;
const isSaidByHolder = holderCheck(events, new Map([['7/1', snapshot]]));

const honest = samples[0]?.sample ?? expect.fail('there is no sample');
const own = 'samples.c1.7.1';
function message(changes: object = {}, subject = own, body?: string): SampleMessage {
  const text = body ?? encodeSample({ ...honest, ...changes });
  return { sequence: 1, storedAtMs: epochMs, subject, isCopy: false, ...readWords(text) };
}
const part = (of: SampleMessage, liars: ReadonlyMap<string, number> = new Map()) =>
  partForged([of], [], { isSaidByHolder, liars });

describe('a message of SAMPLES', () => {
  it('is a record when the log gave that session to who published it', () => {
    expect(part(message())).toMatchObject({ samples: [{ sequence: 1 }], forged: [] });
    expect(part(message({}, 'samples._dropped.7._all'))).toMatchObject({ samples: [{}], forged: [] });
  });

  it.each<[string, SampleMessage]>([
    ['of somebody else in the name of the holder', message({}, 'samples.evil.7.1')],
    ['under the epoch of another', message({ epoch: 3 })],
    ['under an epoch that the log does not have', message({ epoch: 9 })],
    ['under an event that gives nothing to anybody', message({ epoch: 1 })],
    ['of another session', message({ session: '7-2' })],
    ['of another task', message({ task: '8' }, 'samples.c1.8.1')],
    ['of another device', message({ device_id: '2' }, 'samples.c1.7.2')],
    ['of another code', message({ device: 'lathe' })],
    ['of another site', message({ site: 'north' })],
    ['of another measurement', message({ measurement: 'lathe' })],
    ['of a point that is none', message({ values: { count: 1, other: 1 } })],
    ['that was made to be put there', { ...message(), isCopy: true }],
    ['that nobody can read', message({}, own, 'nothing')],
  ])('is none when it is one %s', (_what, one) => {
    expect(part(one)).toMatchObject({ samples: [], undecodable: [], forged: [{ sequence: 1 }] });
  });

  it('is its holder’s, and cannot be read, when that much of it can be told', () => {
    const { v: _, ...rest } = honest;
    expect(part(message({}, own, JSON.stringify(rest)))).toMatchObject({ undecodable: [1], forged: [] });
  });

  it('is none from where its collector is known to lie', () => {
    expect(part(message(), new Map([['c1', 1]]))).toMatchObject({
      samples: [],
      forged: [{ sequence: 1, isOwnEpoch: true }],
    });
    expect(part(message(), new Map([['c1', 2]]))).toMatchObject({ samples: [{}], forged: [] });
  });

  it('that is forged makes no tick a quarantined one', () => {
    const putAway = [{ ...message({}, 'samples.evil.7.1'), codes: undefined }];
    const of = (messages: readonly SampleMessage[]) =>
      partForged(messages, putAway, { isSaidByHolder, liars: new Map() });
    expect(of([message({}, 'samples.evil.7.1')])).toMatchObject({
      quarantined: [],
      forged: [{ inQuarantine: true }],
    });
    // The stream has dropped it since.
    expect(of([])).toMatchObject({ quarantined: [], forged: [] });
    expect(of([message()])).toMatchObject({ quarantined: [{ sequence: 1, tick: { tick: tick0 } }] });
  });
});
