import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../history.ts';
import { RecordedHistory } from '../testing/recorded-history.ts';
import { legalChain } from './legal-chain.ts';

const judge = (history: RecordedHistory) => legalChain(history.readAt(60_000)).map(({ what }) => what);

describe('the chain of events of a task', () => {
  it('holds for two sessions one after the other with pauses and hand-overs', () => {
    const history = new RecordedHistory()
      .started(0)
      .assigned(10, 'c1')
      .paused(2_000)
      .resumed(3_000)
      .assigned(3_010, 'c2', 'resume')
      .stopped(5_000)
      .started(6_000, 2)
      .assigned(6_010, 'c1', 'start', 2);
    expect(judge(history)).toEqual([]);
  });

  it('holds when an assignment crossed a stop', () => {
    expect(judge(new RecordedHistory().started(0).stopped(10).assigned(11, 'c1'))).toEqual([]);
  });

  it('holds for a session that failed and was taken up or stopped, and for warnings, one of each session', () => {
    const history = new RecordedHistory().started(0).failed(10).takenUp(20).warned(30);
    expect(judge(history.failed(40).stopped(50).warned(60, 1))).toEqual([
      expect.stringContaining('7-1 is warned of twice'),
    ]);
    expect(judge(new RecordedHistory().started(0).stopped(1).warned(2).started(3, 2).warned(4, 2))).toEqual(
      [],
    );
    expect(judge(new RecordedHistory().started(0).warned(1, 2))).toHaveLength(1);
    expect(judge(new RecordedHistory().started(0).failed(1).resumed(2))).toHaveLength(1);
  });

  it('fails when a session begins while another one runs', () => {
    expect(judge(new RecordedHistory().started(0).started(1, 2))).toEqual([
      expect.stringContaining('7-2 is started while 7-1 is running'),
    ]);
  });

  it('fails when the same session begins twice', () => {
    expect(judge(new RecordedHistory().started(0).started(1))).toHaveLength(2);
  });

  it('fails when a run is left out', () => {
    expect(judge(new RecordedHistory().started(0).stopped(1).started(2, 3))).toHaveLength(1);
  });

  it.each<[string, (history: RecordedHistory) => RecordedHistory]>([
    ['is stopped twice', (history) => history.stopped(1).stopped(2)],
    ['is paused twice', (history) => history.paused(1).paused(2)],
    ['is resumed while it runs', (history) => history.resumed(1)],
    ['is resumed after its end', (history) => history.stopped(1).resumed(2)],
    ['is paused after its end', (history) => history.stopped(1).paused(2)],
    ['is stopped after the next one began', (history) => history.stopped(1).started(2, 2).stopped(3, 1)],
  ])('fails when a session %s', (_, then) => {
    expect(judge(then(new RecordedHistory().started(0)))).toHaveLength(1);
  });

  it('fails when a session is assigned that never started', () => {
    expect(judge(new RecordedHistory().started(0).assigned(1, 'c1', 'start', 2))).toHaveLength(1);
  });

  it('fails when one event is stored twice under its id', () => {
    const history = new RecordedHistory().started(0).stopped(1).started(2, 2);
    const [first, second, third] = history.events as [RecordedEvent, RecordedEvent, RecordedEvent];
    const decoded = { ...third.decoded, metadata: { ...metadataOf(third), id: 'e1' } };
    history.events.splice(0, 3, first, second, { ...third, decoded: decoded as RecordedEvent['decoded'] });
    expect(judge(history)).toEqual([expect.stringContaining('has the id of sequence 1')]);
  });

  it('fails when an event cannot be read', () => {
    const history = new RecordedHistory().started(0);
    const broken = { kind: 'unreadable' as const, problem: 'not JSON' };
    history.events.push({ ...(history.events[0] as RecordedEvent), sequence: 2, decoded: broken });
    expect(judge(history)).toEqual([expect.stringContaining('not JSON')]);
  });
});

function metadataOf({ decoded }: RecordedEvent) {
  if (decoded.kind === 'unreadable') throw new Error(decoded.problem);
  return decoded.metadata;
}
