import { newTaskState } from '@holdfast/shared/sessions/task-fold.ts';
import { inEachLanguage } from '@holdfast/texts/text.ts';
import { describe, expect, it } from 'vitest';
import type { Action } from './action.ts';
import type { Plan } from './reconcile.ts';
import {
  assigned,
  fleet,
  plan,
  type Row,
  refusedBy,
  released,
  rows,
  rung,
  say,
  session,
  stale,
  task,
} from './testing/planned.ts';

const placing: Row[] = [
  {
    situation: 'a session that was never placed goes to a live collector',
    tasks: [task()],
    fleet: fleet({ A: 'alive' }),
    does: ['assign 7 to A (start)'],
  },
  {
    situation: 'without any collector it waits',
    tasks: [task()],
    fleet: fleet({}),
    does: ['7 waits: no_collector'],
  },
  {
    situation: 'no collector is trusted with work before it was seen to renew its lease',
    tasks: [task()],
    fleet: fleet({ A: 'unproven' }),
    does: ['7 waits: no_collector'],
  },
  {
    situation: 'no collector gets work that drains, has given up or is dead',
    tasks: [task()],
    fleet: fleet({ A: 'draining', B: 'given_up', C: 'dead' }),
    does: ['7 waits: no_collector'],
  },
  {
    situation: 'a session that ran before this supervisor led is recovered',
    tasks: [task({ since: 10 })],
    fleet: fleet({ A: 'alive' }),
    rest: { leadingSince: 10 },
    does: ['assign 7 to A (recovery)'],
  },
  {
    situation: 'sessions are spread over the collectors, those with less first',
    tasks: [
      task({ taskId: '1', placement: assigned('A', 11, 0, '1-1') }),
      task({ taskId: '2' }),
      task({ taskId: '3' }),
      task({ taskId: '4' }),
    ],
    fleet: fleet({ A: 'alive', B: 'alive' }),
    rest: { listing: rung('A.1') },
    does: ['assign 2 to B (start)', 'assign 3 to A (start)', 'assign 4 to B (start)'],
  },
  {
    situation: 'a collector gets no more than it may hold',
    tasks: [task({ taskId: '1' }), task({ taskId: '2' })],
    fleet: fleet({ A: 'alive' }, { capacity: 1 }),
    does: ['assign 1 to A (start)', '2 waits: no_collector'],
  },
  {
    situation:
      'a collector without room at all, whose lease cannot be read, gets nothing and keeps what it has',
    tasks: [task({ taskId: '1', placement: assigned('A', 11, 0, '1-1') }), task({ taskId: '2' })],
    fleet: fleet({ A: 'alive' }, { capacity: 0 }),
    rest: { listing: rung('A.1') },
    does: ['2 waits: no_collector'],
  },
  {
    situation: 'what is not running is left alone',
    tasks: [
      task({ taskId: '1', state: { status: 'paused', session: session('1') } }),
      task({
        taskId: '2',
        state: { status: 'stopped', session: session('2'), stoppedAt: '', by: '', reason: '' },
      }),
      newTaskState('3'),
    ],
    fleet: fleet({ A: 'alive' }),
    does: [],
  },
  {
    situation: 'a task that cannot be read is left alone, whatever it seems to need',
    tasks: [
      task({ taskId: '1', unreadable: { lifecycle: 'newer' } }),
      task({ taskId: '2', unreadable: { placement: 'newer' } }),
    ],
    fleet: fleet({ A: 'alive' }),
    does: [],
  },
  {
    situation: 'only a collector with the required labels will do',
    tasks: [task({ needs: { labels: { site: 'hall-2' }, endpoints: [] } })],
    fleet: new Map([
      ...fleet({ A: 'alive' }, { labels: { site: 'hall-1' } }),
      ...fleet({ B: 'alive' }, { labels: { site: 'hall-2', os: 'linux' } }),
    ]),
    does: ['assign 7 to B (start)'],
  },
  {
    situation: 'only a collector with the drivers of its devices will do',
    tasks: [task({ needs: { labels: {}, drivers: { melsec: 'press' }, endpoints: [] } })],
    fleet: new Map([
      ...fleet({ A: 'alive' }, { labels: { 'driver.modbus_tcp': 'yes', 'driver.melsec': 'no' } }),
      ...fleet({ B: 'alive' }, { labels: { 'driver.modbus_tcp': 'yes', 'driver.melsec': 'yes' } }),
    ]),
    does: ['assign 7 to B (start)'],
  },
  {
    situation: 'sessions that share an endpoint share their collector, full or not',
    tasks: [
      task({
        taskId: '1',
        placement: assigned('A', 11, 0, '1-1'),
        needs: { labels: {}, endpoints: ['plc:502'] },
      }),
      task({ taskId: '2', needs: { labels: {}, endpoints: ['plc:503', 'plc:502'] } }),
    ],
    fleet: fleet({ A: 'alive', B: 'alive' }, { capacity: 2 }),
    rest: { listing: rung('A.1') },
    does: ['assign 2 to A (start)'],
  },
];

const keeping: Row[] = [
  {
    situation: 'a session that is placed and rung for needs nothing',
    tasks: [task({ placement: assigned('A', 20) })],
    fleet: fleet({ A: 'alive', B: 'alive' }),
    rest: { listing: rung('A.7') },
    does: [],
  },
  {
    situation: 'a placement whose message is missing is rung again',
    tasks: [task({ placement: assigned('A', 20) })],
    fleet: fleet({ A: 'alive' }),
    rest: { listing: rung() },
    does: ['ring 7 at A for 20'],
  },
  {
    situation: 'a listing older than the placement is no reason to ring',
    tasks: [task({ placement: assigned('A', 20) })],
    fleet: fleet({ A: 'alive' }),
    rest: { listing: stale(19) },
    does: [],
  },
  {
    situation: 'a holder that was not proven alive yet keeps its sessions',
    tasks: [task({ placement: assigned('A', 20) })],
    fleet: fleet({ A: 'unproven', B: 'alive' }),
    rest: { listing: rung('A.7') },
    does: [],
  },
  {
    situation: 'a draining holder keeps its sessions until it has given up',
    tasks: [task({ placement: assigned('A', 20) })],
    fleet: fleet({ A: 'draining', B: 'alive' }),
    rest: { listing: rung('A.7') },
    does: [],
  },
];

const moving: Row[] = [
  {
    situation: 'a dead holder’s session goes to another, and its message is swept afterwards',
    tasks: [task({ placement: assigned('A', 20) })],
    fleet: fleet({ A: 'dead', B: 'alive' }),
    rest: { listing: rung('A.7') },
    does: ['assign 7 to B (failover)'],
  },
  {
    situation: 'a holder that has given up is relieved at once',
    tasks: [task({ placement: assigned('A', 20) })],
    fleet: fleet({ A: 'given_up', B: 'alive' }),
    rest: { listing: rung('A.7') },
    does: ['assign 7 to B (drain)'],
  },
  {
    situation: 'a dead holder’s session waits while there is no other collector',
    tasks: [task({ placement: assigned('A', 20) })],
    fleet: fleet({ A: 'dead' }),
    rest: { listing: rung('A.7') },
    does: ['7 waits: no_collector'],
  },
  {
    situation: 'a resumed session goes back to its former holder',
    tasks: [task({ since: 30, placement: assigned('B', 20) })],
    fleet: fleet({ A: 'alive', B: 'alive' }),
    rest: { listing: rung('B.7') },
    does: ['assign 7 to B (resume)'],
  },
  {
    situation: 'a resumed session does not go to another while the former holder has not let go',
    tasks: [task({ since: 30, placement: assigned('B', 20) })],
    fleet: fleet({ A: 'alive', B: 'draining' }),
    rest: { listing: rung('B.7') },
    does: ['7 waits: former_holder_not_done'],
  },
  {
    situation: 'a former holder that has let go is no hindrance',
    tasks: [task({ since: 30, placement: assigned('B', 20) })],
    fleet: fleet({ A: 'alive', B: 'draining' }),
    rest: { listing: stale(30) },
    does: ['assign 7 to A (resume)'],
  },
  {
    situation: 'a listing older than the end of the former placement does not prove that it has let go',
    tasks: [task({ since: 30, placement: assigned('B', 20) })],
    fleet: fleet({ A: 'alive', B: 'draining' }),
    rest: { listing: stale(29) },
    does: ['7 waits: former_holder_not_done'],
  },
  {
    situation: 'a single later question proves it for that key alone',
    tasks: [
      task({ since: 30, placement: assigned('B', 20) }),
      task({ taskId: '8', since: 30, placement: assigned('B', 21, 0, '8-1') }),
    ],
    fleet: fleet({ A: 'alive', B: 'draining' }),
    rest: { listing: { ...stale(29), askedAtSequence: new Map([['B.7', 31]]) } },
    does: ['assign 7 to A (resume)', '8 waits: former_holder_not_done'],
  },
  {
    situation: 'a new run does not begin elsewhere while the run before is still held',
    tasks: [task({ since: 30, placement: assigned('B', 20, 0, '7-0') })],
    fleet: fleet({ A: 'alive', B: 'unproven' }),
    rest: { listing: rung('B.7') },
    does: ['7 waits: former_holder_not_done'],
  },
  {
    situation: 'what lies on the subject of a collector that is gone is swept',
    tasks: [task({ placement: assigned('B', 20) })],
    fleet: fleet({ A: 'dead', B: 'alive', C: 'given_up', D: 'alive' }),
    rest: { listing: rung('A.7', 'B.7', 'C.9', 'D.9', 'E.5') },
    does: ['remove A.7', 'remove C.9', 'remove E.5'],
  },
];

const refusing: Row[] = [
  {
    situation: 'a first refusal takes the session from the collector',
    tasks: [task({ placement: assigned('A', 20) })],
    fleet: fleet({ A: 'alive', B: 'alive' }),
    rest: { listing: rung(), refusals: refusedBy('A', 20) },
    does: ['release 7 from A (refused)'],
  },
  {
    situation: 'a session that one has refused goes to another',
    tasks: [task({ placement: released('A', 20), lastPlacement: 25 })],
    fleet: fleet({ A: 'alive', B: 'alive' }),
    rest: { listing: rung() },
    does: ['assign 7 to B (start)'],
  },
  {
    situation: 'and not before the one that refused has let go of its message',
    tasks: [task({ placement: released('A', 20), lastPlacement: 25 })],
    fleet: fleet({ A: 'alive', B: 'alive' }),
    rest: { listing: rung('A.7') },
    does: ['7 waits: former_holder_not_done'],
  },
  {
    situation: 'it goes to the same one when there is no other',
    tasks: [task({ placement: released('A', 20), lastPlacement: 25 })],
    fleet: fleet({ A: 'alive' }),
    rest: { listing: rung() },
    does: ['assign 7 to A (start)'],
  },
  {
    situation: 'a refusal of an older epoch or of another collector says nothing',
    tasks: [task({ placement: assigned('A', 20) })],
    fleet: fleet({ A: 'alive' }),
    rest: { listing: rung('A.7'), refusals: refusedBy('A', 19) },
    does: [],
  },
  {
    situation: 'a second refusal is one more',
    tasks: [task({ placement: assigned('B', 30, 1) })],
    fleet: fleet({ A: 'alive', B: 'alive' }),
    rest: { listing: rung(), refusals: refusedBy('B', 30) },
    does: ['release 7 from B (refused)'],
  },
  {
    situation: 'the third refusal in a row fails a session that has just been started',
    tasks: [task({ placement: assigned('A', 40, 2) })],
    fleet: fleet({ A: 'alive' }),
    rest: { listing: rung(), refusals: refusedBy('A', 40) },
    does: ['fail 7: Failed to start: no snapshot'],
  },
  {
    situation: 'the third refusal in a row fails one that was to be recovered',
    tasks: [task({ since: 10, placement: assigned('A', 40, 2) })],
    fleet: fleet({ A: 'alive' }),
    rest: { listing: rung(), refusals: refusedBy('A', 40), leadingSince: 15 },
    does: ['fail 7: Failed to recover after restart: no snapshot'],
  },
];

rows('placing a session', placing);
rows('keeping a placement', keeping);
rows('moving a session', moving);
rows('a session that is refused', refusing);

describe('a holder whose lease is over', () => {
  const held = [task({ placement: assigned('A', 20) })];

  it('keeps what it has until its lease is taken: it could be back the next moment', () => {
    for (const verdict of ['dead', 'given_up'] as const) {
      const collectors = new Map([...fleet({ A: verdict }, { voidUpTo: 19 }), ...fleet({ B: 'alive' })]);
      const { actions, waiting } = plan(held, collectors, { listing: rung('A.7') });
      expect(actions).toEqual([]);
      expect(waiting).toMatchObject([{ taskId: '7', why: 'former_holder_not_done', fence: 'A' }]);
    }
  });

  it('is left alone while there is no other, and may go on when it is back', () => {
    const { actions, waiting } = plan(held, fleet({ A: 'dead' }, { voidUpTo: 0 }), { listing: rung('A.7') });
    expect(actions).toEqual([]);
    expect(waiting).toMatchObject([{ why: 'no_collector' }]);
    expect(waiting[0]?.fence).toBeUndefined();
  });

  it('is to hand over at once when its lease was taken, for the reason that it was taken for', () => {
    const fleetAfter = fleet({ A: 'given_up' }, { voidUpTo: 20, fenced: 'dead' });
    const collectors = new Map([...fleetAfter, ...fleet({ B: 'alive' })]);
    expect(say(plan(held, collectors, { listing: rung('A.7') }))).toContain('assign 7 to B (failover)');
  });

  it('gets what was taken from it under a new epoch when it is back before anybody else has it', () => {
    const collectors = fleet({ A: 'alive' }, { voidUpTo: 20 });
    expect(say(plan(held, collectors, { listing: rung('A.7') }))).toEqual(['assign 7 to A (failover)']);
  });
});

describe('a plan', () => {
  const assignOf = (result: Plan) =>
    result.actions.find((action): action is Extract<Action, { type: 'assign' }> => action.type === 'assign');

  it('names the former holder, whose message is to go, only when it is another', () => {
    const moved = plan([task({ placement: assigned('A', 20) })], fleet({ A: 'dead', B: 'alive' }));
    expect(assignOf(moved)?.former).toBe('A');
    const resumed = plan([task({ since: 30, placement: assigned('A', 20) })], fleet({ A: 'alive' }));
    expect(assignOf(resumed)?.former).toBeUndefined();
  });

  it('counts refusals on over the assignments that follow them, and forgets them when the session is taken up again', () => {
    const again = plan(
      [task({ placement: released('A', 20, { refusals: 2 }), lastPlacement: 25 })],
      fleet({ A: 'alive' }),
    );
    expect(assignOf(again)?.refusals).toBe(2);
    const nextPlan = plan(
      [task({ since: 30, placement: released('A', 20, { refusals: 2 }), lastPlacement: 25 })],
      fleet({ A: 'alive' }),
    );
    expect(assignOf(nextPlan)?.refusals).toBe(0);
  });

  it.each<[Parameters<typeof fleet>[0], string, string]>([
    [{}, 'no collector is up', '没有在线的采集器'],
    [{ A: 'dead', B: 'given_up' }, 'no collector is up', '没有在线的采集器'],
    [
      { A: 'draining', B: 'dead' },
      'every collector that is up is draining: start another one, or undrain one',
      '在线的采集器都在移出会话：请启动另一个，或让其中一个恢复接收会话',
    ],
  ])('says in words for people why a session waits: %j', (collectors, en, zh) => {
    const [waiting, ...others] = plan([task()], fleet(collectors)).waiting;
    expect(others).toEqual([]);
    expect(waiting).toMatchObject({ taskId: '7', sessionId: '7-1', why: 'no_collector' });
    expect(waiting && inEachLanguage(waiting.detail)).toEqual({ en, zh });
  });
});
