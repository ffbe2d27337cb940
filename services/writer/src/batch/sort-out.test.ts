import { expect, it } from 'vitest';
import { decodeBatch } from './sort-out.ts';
import { messageOf, sampleOf } from './testing/sample-message.ts';

it('a sample that cannot be read is held against the version that it names', () => {
  const sample = { ...sampleOf({ tick: 1, config_version: 3 }), values: 'none' };
  const { undecodable } = decodeBatch([messageOf(1, JSON.stringify(sample))]);
  expect(undecodable).toMatchObject([{ claim: { session: 'session-1', epoch: 7, config_version: 3 } }]);
});
