import { encodeSessionEvent, type SessionLogEvent } from '@holdfast/shared/contracts/session-events.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import { currentPlacement } from '@holdfast/shared/domain/placement/state.ts';
import type { SessionCommand } from '@holdfast/shared/domain/session/commands.ts';
import { decide } from '@holdfast/shared/domain/session/decide.ts';
import type { LeaseVerdict } from '@holdfast/shared/lease/lease-judge.ts';
import { foldTask, newTaskState, type TaskState } from '@holdfast/shared/sessions/task-fold.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Collector } from './fleet.ts';
import { type AssignmentListing, type Plan, type Refusal, reconcile } from './reconcile.ts';

const taskIds = ['1', '2', '3', '4'];
const collectorIds = ['A', 'B', 'C'];
const now = '2025-03-01T12:00:00.000Z';

type Step =
  | { readonly type: 'start' | 'pause' | 'resume' | 'recover' | 'stop'; readonly taskId: string }
  | { readonly type: 'collector'; readonly collectorId: string; readonly verdict: LeaseVerdict }
  | {
      readonly type: 'work';
      readonly collectorId: string;
      readonly taskId: string;
      readonly refuses: boolean;
    }
  | { readonly type: 'list' }
  | { readonly type: 'reconcile'; readonly crashesAfter: number | undefined; readonly balances: boolean };

/** The log, the messages and the collectors as they really are; the supervisor sees the messages as last listed. */
class World {
  #sequence = 0;
  readonly tasks = new Map(taskIds.map((taskId) => [taskId, newTaskState(taskId)]));
  readonly collectors = new Map<string, Collector>();
  readonly messages = new Set<string>();
  /** `<collector>.<task>` of each holder that asks a device, or may do so at any moment. */
  readonly polling = new Set<string>();
  readonly refusals = new Map<string, Refusal>();
  listing: AssignmentListing = { keys: new Set(), listedAtSequence: -1 };

  constructor(capacity: number) {
    for (const collectorId of collectorIds) {
      this.collectors.set(collectorId, { collectorId, verdict: 'alive', capacity, labels: {}, voidUpTo: 0 });
    }
  }

  task(taskId: string): TaskState {
    return this.tasks.get(taskId) ?? newTaskState(taskId);
  }

  append(taskId: string, event: SessionLogEvent): void {
    this.#sequence += 1;
    const isPlacement = event.type === 'session.assigned' || event.type === 'session.released';
    const message = encodeSessionEvent(event, { id: `${this.#sequence}`, time: now, source: '/test' });
    const subject = isPlacement ? subjects.placement(taskId) : subjects.lifecycle(taskId);
    this.tasks.set(taskId, foldTask(this.task(taskId), { subject, sequence: this.#sequence, message }));
  }

  command(type: 'start' | 'pause' | 'resume' | 'recover' | 'stop' | 'fail', taskId: string): void {
    const state = this.task(taskId);
    const sessionId = state.session.status === 'never_started' ? '' : state.session.session.sessionId;
    const on = { sessionId, by: 'li' };
    const commands: Record<typeof type, SessionCommand> = {
      start: { type: 'StartSession', taskId, taskCode: 't', configVersion: 1, metadata: {}, by: 'li', now },
      pause: { type: 'PauseSession', ...on, reason: '' },
      resume: { type: 'ResumeSession', ...on },
      recover: { type: 'RecoverSession', ...on, placed: false, now },
      stop: { type: 'StopSession', ...on, reason: '' },
      fail: { type: 'FailSession', ...on, reason: '', cause: 'permanent' },
    };
    const decision = decide(state.session, commands[type]);
    if (decision.ok && decision.event) this.append(taskId, decision.event);
  }

  setVerdict(collectorId: string, verdict: LeaseVerdict): void {
    const before = this.collectors.get(collectorId);
    if (!before) return;
    this.collectors.set(collectorId, { ...before, verdict });
    if (verdict === 'alive' || verdict === 'draining' || verdict === 'unproven') return;
    // Its lease is over or given up: in this life it asks no device any more.
    for (const taskId of taskIds) this.polling.delete(`${collectorId}.${taskId}`);
  }

  /** A collector looks at the message on its subject, and compares it with the log. */
  work(collectorId: string, taskId: string, refuses: boolean): void {
    const key = `${collectorId}.${taskId}`;
    const verdict = this.collectors.get(collectorId)?.verdict;
    if (verdict === 'dead' || verdict === 'given_up' || !this.messages.has(key)) return;
    const { session, placement } = this.task(taskId);
    const current = currentPlacement(session, placement);
    const isVoid =
      current !== undefined && current.epoch <= (this.collectors.get(collectorId)?.voidUpTo ?? 0);
    if (current?.collectorId !== collectorId || isVoid) {
      this.polling.delete(key);
      this.messages.delete(key);
    } else if (refuses && !this.polling.has(key)) {
      this.refusals.set(key, { epoch: current.epoch, collectorId, why: 'no', cause: 'permanent' });
      this.messages.delete(key);
    } else if (verdict !== 'draining') this.polling.add(key);
  }

  list(): void {
    this.listing = { keys: new Set(this.messages), listedAtSequence: this.#sequence };
  }

  plan(balances: boolean): Plan {
    return reconcile({
      tasks: this.tasks.values(),
      fleet: this.collectors,
      listing: this.listing,
      refusals: this.refusals,
      inabilities: new Map(),
      located: (needs) => needs,
      leadingSince: 0,
      recoveryDisabled: undefined,
      nowMs: Date.parse(now),
      heldForMs: () => 60_000,
      rebalancing: balances ? { minHoldMs: 1, maxMoves: 1 } : undefined,
      underWay: new Map(),
    });
  }

  /** Does what the plan says, completely or until the supervisor dies, even between two writes. */
  reconcile(balances: boolean, crashesAfter = Number.POSITIVE_INFINITY): Plan {
    let latest = this.plan(balances);
    let writes = 0;
    const isAlive = () => {
      writes += 1;
      return writes <= crashesAfter;
    };
    const fences = new Set(latest.waiting.flatMap(({ fence }) => fence ?? []));
    for (const collectorId of fences) {
      const collector = this.collectors.get(collectorId);
      if (!collector || !isAlive()) continue;
      this.collectors.set(collectorId, { ...collector, voidUpTo: this.#sequence });
    }
    if (fences.size > 0) latest = this.plan(balances);
    const keys = new Set(this.listing.keys);
    const ring = (key: string) => {
      this.messages.add(key);
      keys.add(key);
    };
    const sweep = (key: string) => {
      this.messages.delete(key);
      keys.delete(key);
    };
    for (const action of latest.actions) {
      if (!isAlive()) break;
      switch (action.type) {
        case 'assign': {
          const { task, session, collectorId, reason, refusals, former } = action;
          this.#noOtherPolls(task.taskId, collectorId);
          const { sessionId, configVersion } = session.session;
          const { taskId } = task;
          const placed = { sessionId, taskId, collectorId, configVersion, reason, refusals };
          this.append(taskId, { type: 'session.assigned', ...placed });
          if (isAlive()) ring(`${collectorId}.${taskId}`);
          if (former !== undefined && keys.has(`${former}.${taskId}`) && isAlive())
            sweep(`${former}.${taskId}`);
          break;
        }
        case 'ring':
          ring(`${action.collectorId}.${action.task.taskId}`);
          break;
        case 'release': {
          const { task, collectorId, epoch, reason, detail, refusals } = action;
          const { taskId, session } = task;
          if (session.status === 'never_started') break;
          const { sessionId } = session.session;
          this.append(taskId, {
            type: 'session.released',
            sessionId,
            taskId,
            collectorId,
            epoch,
            reason,
            detail,
            refusals,
          });
          break;
        }
        case 'fail':
          this.command('fail', action.task.taskId);
          break;
        case 'remove':
          sweep(`${action.collectorId}.${action.taskId}`);
          break;
        case 'restart':
          throw new Error('nothing fails for a passing cause here');
        case 'undo':
          throw new Error('nothing is changed here');
        case 'stop':
        case 'warn':
          throw new Error('nothing has a time limit here');
        default:
          action satisfies never;
      }
    }
    this.listing = { ...this.listing, keys };
    return latest;
  }

  #noOtherPolls(taskId: string, collectorId: string): void {
    const others = collectorIds.filter((id) => id !== collectorId && this.polling.has(`${id}.${taskId}`));
    expect(others, `task ${taskId} goes to ${collectorId} while others may poll it`).toEqual([]);
  }
}

const taskId = fc.constantFrom(...taskIds);
const collectorId = fc.constantFrom(...collectorIds);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constantFrom(
        'start' as const,
        'pause' as const,
        'resume' as const,
        'recover' as const,
        'stop' as const,
      ),
      taskId,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('collector' as const),
      collectorId,
      verdict: fc.constantFrom<LeaseVerdict>('alive', 'alive', 'unproven', 'draining', 'given_up', 'dead'),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      type: fc.constant('work' as const),
      collectorId,
      taskId,
      refuses: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.constant<Step>({ type: 'list' }) },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('reconcile' as const),
      crashesAfter: fc.option(fc.nat(4), { nil: undefined, freq: 2 }),
      balances: fc.boolean(),
    }),
  },
);

function take(world: World, next: Step): void {
  if (next.type === 'collector') world.setVerdict(next.collectorId, next.verdict);
  else if (next.type === 'work') world.work(next.collectorId, next.taskId, next.refuses);
  else if (next.type === 'list') world.list();
  else if (next.type === 'reconcile') world.reconcile(next.balances, next.crashesAfter);
  else world.command(next.type, next.taskId);
}

describe('whatever happens, in whatever order, with supervisors that die in between', () => {
  it('a task is never given to a collector while another may poll it, and all comes to rest', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 80, size: 'max' }),
        fc.integer({ min: 1, max: 4 }),
        (steps, capacity) => {
          const world = new World(capacity);
          for (const next of steps) take(world, next);

          // The faults end: every collector is up and works, and none refuses any more.
          for (const id of collectorIds) world.setVerdict(id, 'alive');
          let quiet = 0;
          for (let pass = 0; quiet < 2; pass += 1) {
            expect(pass, 'passes until all is quiet').toBeLessThan(40);
            for (const id of collectorIds) for (const task of taskIds) world.work(id, task, false);
            world.list();
            const { actions } = world.reconcile(true);
            quiet = actions.length === 0 ? quiet + 1 : 0;
          }
          const room = capacity * collectorIds.length;
          const running = taskIds.filter((id) => world.task(id).session.status === 'running');
          const polled = [...world.polling];
          expect(polled).toHaveLength(Math.min(running.length, room));
          for (const id of running) {
            expect(polled.filter((key) => key.endsWith(`.${id}`)).length).toBeLessThanOrEqual(1);
          }
          for (const key of polled) expect(running).toContain(key.split('.')[1]);
        },
      ),
      { numRuns: 500 },
    );
  });
});
