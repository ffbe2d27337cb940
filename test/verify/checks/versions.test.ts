import { describe, expect, it } from 'vitest';
import { epochMs, periodMs, RecordedHistory, tick0 } from '../testing/recorded-history.ts';
import { versions } from './versions.ts';

const configs = (second: string) =>
  new Map(
    [
      ['7/1', 'as it was'],
      ['7/2', second],
    ].map(([key = '', reading]) => [
      key,
      { devices: [{ code: 'press', periodMs, ...(reading && { reading }) }] },
    ]),
  );
/** Changed by an event 8 s after the start, from 10 s on; the placement has version 1. */
const changed = () => new RecordedHistory().started(0).assigned(10, 'c1').reconfigured(8_000, 10_000, 2);
const judge = (history: RecordedHistory, second = 'changed') =>
  versions(history.readAt(60_000, { configs: configs(second) }), { stopMs: 3_000 }).map(
    ({ invariant, what }) => `${invariant} ${what}`,
  );

describe('the version by which values are read', () => {
  it('is the one in force at their scheduled time', () => {
    const history = changed().polled(0, 9, { epoch: 2 }).polled(10, 20, { epoch: 2, version: 2 });
    expect(judge(history)).toEqual([]);
  });

  it('may be the former one where the device is the same in both', () => {
    expect(judge(changed().polled(0, 20, { epoch: 2 }), 'as it was')).toEqual([]);
  });

  it('is not the former one for long', () => {
    // Announced at 8 s, and a holder that is cut off has its lease until 11 s.
    expect(judge(changed().polled(0, 12, { epoch: 2 }))).toEqual([
      expect.stringContaining(`C1 SAMPLES 12, tick ${tick0 + 11}: read by version 1, while 2 was in force`),
      expect.stringContaining(`tick ${tick0 + 12}`),
    ]);
  });

  it('is not the next one before its time', () => {
    const history = changed().polled(9, 9, { epoch: 2, version: 2 });
    expect(judge(history)).toEqual([
      expect.stringContaining('read by version 2, while 1 was in force: too early'),
    ]);
  });

  it('is judged of values that a subscribed device tells, too', () => {
    const changeSamples = new RecordedHistory().polled(12, 12, { epoch: 2 }).samples;
    const history = changed().readAt(60_000, { configs: configs('changed'), changeSamples });
    expect(versions(history, { stopMs: 3_000 })).toEqual([
      expect.objectContaining({ what: expect.stringContaining('read by version 1, while 2 was in force') }),
    ]);
  });

  it('is none that the session never had', () => {
    expect(judge(changed().polled(12, 12, { epoch: 2, version: 3 }))).toHaveLength(1);
  });

  it('is that of a resumed session also in the tick under way', () => {
    const history = new RecordedHistory()
      .started(0)
      .assigned(10, 'c1')
      .paused(5_000)
      .reconfigured(8_300, 8_300, 2, 'paused')
      .resumed(8_500, 1, 'anna', 2)
      .assigned(8_510, 'c1', 'resume', 1, 2);
    expect(epochMs % periodMs).toBe(0);
    expect(judge(history.polled(0, 4, { epoch: 2 }).polled(8, 12, { epoch: 6 }))).toEqual([]);
  });
});
