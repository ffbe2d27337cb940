import type { SessionEventView } from '@holdfast/shared/contracts/http/session-http.ts';
import { describe, expect, it } from 'vitest';
import { type FeedSource, type Happening, mergeFeed } from './merge-feed.ts';

const at = (minute: number) => new Date(minute * 60_000).toISOString();
const row = (kind: 'session' | 'device', minute: number, sequence = minute) =>
  ({
    ...{ kind, key: `${kind} ${sequence}`, time: at(minute) },
    raw: { sequence } as SessionEventView,
  }) as Happening;
const source = (kind: 'session' | 'device', minutes: readonly number[], isDone: boolean): FeedSource => ({
  rows: minutes.map((minute) => row(kind, minute)),
  isDone,
});
const keys = (sources: readonly FeedSource[]) => {
  const { rows, pagesToRead } = mergeFeed(sources);
  return [rows.map(({ key }) => key), pagesToRead];
};

describe('what several sources tell', () => {
  it('is in the order of time, newest first', () => {
    expect(keys([source('session', [9, 4], true), source('device', [7, 2], true)])).toEqual([
      ['session 9', 'device 7', 'session 4', 'device 2'],
      [],
    ]);
  });

  it('ends where one of them has not been read further, and that one is read on', () => {
    expect(keys([source('session', [9, 8, 7], false), source('device', [6, 2], false)])).toEqual([
      ['session 9', 'session 8', 'session 7'],
      [0],
    ]);
    expect(keys([source('session', [9], true), source('device', [6, 2], false)])).toEqual([
      ['session 9', 'device 6', 'device 2'],
      [1],
    ]);
  });

  it('waits for one of which nothing is there yet', () => {
    expect(keys([source('session', [9], true), source('device', [], false)])).toEqual([[], [1]]);
  });

  it('has the last event of a moment on top', () => {
    const rows = [row('session', 5, 12), row('session', 5, 11)];
    expect(keys([{ rows, isDone: true }])).toEqual([['session 12', 'session 11'], []]);
  });
});
