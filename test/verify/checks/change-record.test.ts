import { describe, expect, it } from 'vitest';
import type { ChangeRecord, RecordedItem } from '../../support/change-record.ts';
import type { DatabaseContent } from '../history.ts';
import { changeRecord } from './change-record.ts';

const item = (
  op: string,
  before: object,
  after: object,
  { kind = 'device', id = '1' } = {},
): RecordedItem => ({ kind, object_id: id, op, before: { ...before }, after: { ...after } });
const press = { code: 'press', host: 'a' };
const creation = item('created', {}, press);

const judge = (items: RecordedItem[], configured: Record<string, object>) => {
  const record: ChangeRecord = {
    items,
    configured: new Map(Object.entries(configured).map(([key, row]) => [key, { ...row }])),
  };
  const database: DatabaseContent = {
    ...{ sessions: [], eventSequences: [], checkpoint: undefined, values: [], misses: [], coverage: [] },
    changeRecord: record,
  };
  return changeRecord({ database }).map(({ invariant, subject, what }) => `${invariant} ${subject} ${what}`);
};

describe('the record of changes', () => {
  it('holds where all sets together are the configuration', () => {
    const task = item('created', {}, { code: 'line' }, { kind: 'task' });
    const deviceAdded = item('changed', { device_ids: [] }, { device_ids: [1] }, { kind: 'task' });
    const moved = item('changed', { host: 'a' }, { host: 'b' });
    const lists = { code: 'line', device_ids: [1], point_ids: [] };
    expect(
      judge([creation, task, deviceAdded, moved], { 'device 1': { ...press, host: 'b' }, 'task 1': lists }),
    ).toEqual([]);
    expect(judge([creation, item('deleted', press, {})], {})).toEqual([]);
    expect(changeRecord({ database: undefined })).toEqual([]);
  });

  it('fails where a table was changed and no set says so', () => {
    expect(judge([creation], { 'device 1': { ...press, host: 'other' } })).toEqual([
      'I12 device 1 has host otherwise than its change sets say',
    ]);
    expect(judge([creation], {})).toEqual(['I12 device 1 is not there, by no change set']);
    expect(judge([], { 'device 1': press })).toEqual(['I12 device 1 is there, by no change set']);
  });

  it('fails where a set does not begin where the one before ended', () => {
    expect(
      judge([creation, item('changed', { host: 'x' }, { host: 'b' })], {
        'device 1': { ...press, host: 'b' },
      }),
    ).toEqual(['I12 device 1 was changed, and had been something else before: host']);
    expect(judge([creation, item('deleted', { code: 'press' }, {})], {})).toEqual([
      'I12 device 1 was deleted, and had been something else before: host',
    ]);
    expect(judge([item('changed', { host: 'a' }, { host: 'b' })], {})).toEqual([
      'I12 device 1 was changed and had never been made',
    ]);
    expect(judge([creation, creation], { 'device 1': press })).toEqual([
      'I12 device 1 was made and was there already',
    ]);
  });
});
