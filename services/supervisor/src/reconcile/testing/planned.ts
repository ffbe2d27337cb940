import { statusKey } from '@holdfast/shared/contracts/subjects.ts';
import type { PlacementState, Released } from '@holdfast/shared/domain/placement/state.ts';
import type { SessionNeeds } from '@holdfast/shared/domain/session/events.ts';
import type { SessionState } from '@holdfast/shared/domain/session/state.ts';
import type { LeaseVerdict } from '@holdfast/shared/lease/lease-judge.ts';
import { newTaskState, type TaskState } from '@holdfast/shared/sessions/task-fold.ts';
import { inLanguage } from '@holdfast/texts/text.ts';
import { describe, expect, it } from 'vitest';
import type { Collector, Fleet } from '../fleet.ts';
import { type Plan, reconcile, type Situation } from '../reconcile.ts';

export const nowMs = Date.parse('2025-03-01T12:00:00.000Z');

export function session(taskId = '7', needs?: SessionNeeds) {
  return {
    sessionId: `${taskId}-1`,
    taskId,
    taskCode: `task-${taskId}`,
    configVersion: 1,
    startedAt: '2025-03-01T06:00:00.000Z',
    ...(needs ? { needs } : {}),
  };
}

export const assigned = (
  collectorId: string,
  epoch: number,
  refusals = 0,
  sessionId = '7-1',
): PlacementState => ({
  situation: 'assigned',
  configVersion: 1,
  sessionId,
  collectorId,
  epoch,
  reason: 'start',
  refusals,
});
export const released = (
  collectorId: string,
  epoch: number,
  rest: Partial<Released> = {},
): PlacementState => ({
  situation: 'released',
  sessionId: '7-1',
  collectorId,
  epoch,
  reason: 'refused',
  detail: '',
  refusals: 1,
  ...rest,
});

export interface TaskSketch {
  readonly taskId?: string;
  /** Sequence of the event that made the session run. */
  readonly since?: number;
  readonly state?: SessionState;
  readonly placement?: PlacementState;
  /** Sequence of the last placement event; equals the epoch unless given. */
  readonly lastPlacement?: number;
  readonly needs?: SessionNeeds;
  readonly unreadable?: TaskState['unreadable'];
}

export function task(sketch: TaskSketch = {}): TaskState {
  const { taskId = '7', since = 10, placement, needs, unreadable = {} } = sketch;
  const empty = newTaskState(taskId);
  const epoch = placement && placement.situation !== 'never_placed' ? placement.epoch : 0;
  return {
    ...empty,
    session: sketch.state ?? { status: 'running', session: session(taskId, needs), runningSince: since },
    placement: placement ?? empty.placement,
    lastLifecycle: since,
    lastPlacement: sketch.lastPlacement ?? epoch,
    unreadable,
  };
}

/** A fleet in which the leases of collectors that are gone are already taken, unless `rest` says otherwise. */
export function fleet(verdicts: Record<string, LeaseVerdict>, rest: Partial<Collector> = {}): Fleet {
  return new Map(
    Object.entries(verdicts).map(([collectorId, verdict]) => {
      const voidUpTo = verdict === 'dead' || verdict === 'given_up' ? 1_000_000 : 0;
      return [collectorId, { collectorId, verdict, capacity: 10, labels: {}, voidUpTo, ...rest }];
    }),
  );
}

export function plan(tasks: readonly TaskState[], verdicts: Fleet, rest: Partial<Situation> = {}): Plan {
  return reconcile({
    tasks,
    fleet: verdicts,
    listing: { keys: new Set(), listedAtSequence: -1 },
    refusals: new Map(),
    inabilities: new Map(),
    located: (needs) => needs,
    leadingSince: 0,
    recoveryDisabled: undefined,
    nowMs,
    heldForMs: () => 0,
    rebalancing: undefined,
    underWay: new Map(),
    ...rest,
  });
}

/** A plan in short words. */
export function say({ actions, waiting }: Plan): string[] {
  return [
    ...actions.map((action) => {
      switch (action.type) {
        case 'assign':
          return `assign ${action.task.taskId} to ${action.collectorId} (${action.reason})`;
        case 'ring':
          return `ring ${action.task.taskId} at ${action.collectorId} for ${action.epoch}`;
        case 'release':
          return `release ${action.task.taskId} from ${action.collectorId} (${action.reason})`;
        case 'remove':
          return `remove ${action.collectorId}.${action.taskId}`;
        case 'fail':
          return `fail ${action.task.taskId}: ${inLanguage(action.reason, 'en')}`;
        case 'restart':
          return `restart ${action.task.taskId} for the ${action.attempt}. time`;
        case 'undo':
          return `undo version ${action.configVersion} of ${action.sessionId}: ${inLanguage(action.reason, 'en')}`;
        case 'stop':
        case 'warn':
          return `${action.type} ${action.sessionId}`;
        default:
          return action satisfies never;
      }
    }),
    ...waiting.map(({ taskId, why }) => `${taskId} waits: ${why}`),
  ];
}

export const rung = (...keys: string[]) => ({ keys: new Set(keys), listedAtSequence: 1_000 });
export const stale = (sequence: number, ...keys: string[]) => ({
  keys: new Set(keys),
  listedAtSequence: sequence,
});
export const refusedBy = (collectorId: string, epoch: number) =>
  new Map([
    [statusKey(collectorId, '7'), { epoch, collectorId, why: 'no snapshot', cause: 'permanent' as const }],
  ]);
export const disabled = (startedAt: number, releasesPlaced: boolean) => ({ startedAt, releasesPlaced });

export interface Row {
  readonly situation: string;
  readonly tasks: readonly TaskState[];
  readonly fleet: Fleet;
  readonly rest?: Partial<Situation>;
  readonly does: readonly string[];
}

export function rows(title: string, all: readonly Row[]): void {
  describe(title, () => {
    for (const { situation, tasks, fleet: verdicts, rest, does } of all) {
      it(situation, () => expect(say(plan(tasks, verdicts, rest))).toEqual(does));
    }
  });
}
