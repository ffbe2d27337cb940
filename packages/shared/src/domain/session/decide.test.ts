import { describe, expect, it } from 'vitest';
import type { SessionCommand } from './commands.ts';
import { decide, type SessionDecision } from './decide.ts';
import type { Recorded, SessionEvent, SessionIdentity } from './events.ts';
import { foldSession } from './evolve.ts';

const run1: SessionIdentity = {
  sessionId: '7-1',
  taskId: '7',
  taskCode: 'press-hall',
  configVersion: 3,
  startedAt: '2025-03-01T06:00:00.000Z',
};
const run2: SessionIdentity = { ...run1, sessionId: '7-2', configVersion: 4 };

const started = (session: SessionIdentity): SessionEvent => ({
  type: 'session.started',
  ...session,
  by: 'li',
  metadata: { order: 'A-17' },
});
const paused = (session: SessionIdentity): SessionEvent => ({
  type: 'session.paused',
  ...session,
  by: 'li',
  reason: 'mould change',
});
const resumed = (session: SessionIdentity): SessionEvent => ({
  type: 'session.resumed',
  ...session,
  by: 'li',
  reason: 'resume',
});
const stopped = (session: SessionIdentity): SessionEvent => ({
  type: 'session.stopped',
  ...session,
  by: 'li',
  reason: 'end of shift',
});
const failed = (session: SessionIdentity): SessionEvent => ({
  type: 'session.failed',
  ...session,
  by: 'supervisor',
  reason: 'no snapshot',
});

/** The five states that a task can be in, each as the history that leads there. */
const histories = {
  never_started: [],
  running: [started(run1)],
  paused: [started(run1), paused(run1)],
  stopped: [started(run1), stopped(run1)],
  error: [started(run1), failed(run1)],
} as const satisfies Record<string, readonly SessionEvent[]>;

const start: SessionCommand = {
  type: 'StartSession',
  taskId: '7',
  taskCode: 'press-hall',
  configVersion: 4,
  metadata: { order: 'B-3' },
  by: 'wang',
  now: '2025-03-02T06:00:00.000Z',
};
const oneDevice = { added: 0, removed: 0, changed: 1, codes: ['press'] };
const on = (sessionId: string) => ({
  PauseSession: { type: 'PauseSession', sessionId, by: 'wang', reason: 'lunch' },
  ResumeSession: { type: 'ResumeSession', sessionId, by: 'wang' },
  RecoverSession: { type: 'RecoverSession', sessionId, by: 'wang', placed: false, now: start.now },
  RecoverPlaced: { type: 'RecoverSession', sessionId, by: 'wang', placed: true, now: start.now },
  StopSession: { type: 'StopSession', sessionId, by: 'wang', reason: 'done' },
  FailSession: { type: 'FailSession', sessionId, by: 'supervisor', reason: 'refused', cause: 'passing' },
  RestartSession: { type: 'RestartSession', sessionId, by: 'supervisor', attempt: 2 },
  ReconfigureSession: {
    ...{ type: 'ReconfigureSession', sessionId, by: 'wang', reason: 'new scale', fromVersion: 3 },
    ...{ configVersion: 4, change: oneDevice, now: start.now },
  },
  UndoReconfiguration: {
    ...{ type: 'UndoReconfiguration', sessionId, by: 'supervisor', reason: 'no driver' },
    ...{ configVersion: 3, now: start.now },
  },
});
type CommandName = keyof ReturnType<typeof on>;

function afterHistory(history: readonly SessionEvent[]) {
  const log: Recorded<SessionEvent>[] = history.map((event, index) => ({
    event,
    sequence: 10 + index,
    time: '2025-03-01T07:00:00.000Z',
  }));
  return { when: (command: SessionCommand): SessionDecision => decide(foldSession(log), command) };
}

const happens = (event: SessionEvent): SessionDecision => ({ ok: true, event });
const nothing: SessionDecision = { ok: true, event: undefined };
const refused = (refusal: Extract<SessionDecision, { ok: false }>['refusal']): SessionDecision => ({
  ok: false,
  refusal,
});
const startedBy = (sessionId: string): SessionDecision =>
  happens({
    type: 'session.started',
    sessionId,
    taskId: '7',
    taskCode: 'press-hall',
    configVersion: 4,
    startedAt: '2025-03-02T06:00:00.000Z',
    by: 'wang',
    metadata: { order: 'B-3' },
  });

const pausedNow = happens({ type: 'session.paused', ...run1, by: 'wang', reason: 'lunch' });
const resumedNow = happens({ type: 'session.resumed', ...run1, by: 'wang', reason: 'resume' });
const recoveredNow = happens({ type: 'session.resumed', ...run1, by: 'wang', reason: 'recover' });
const stoppedNow = happens({ type: 'session.stopped', ...run1, by: 'wang', reason: 'done' });
const failedNow = happens({
  type: 'session.failed',
  ...run1,
  by: 'supervisor',
  reason: 'refused',
  cause: 'passing',
  attempt: 0,
});
const restartedNow = happens({
  type: 'session.resumed',
  ...run1,
  by: 'supervisor',
  reason: 'restart',
  attempt: 2,
});
const reconfiguredTo = (status: 'running' | 'paused') => ({
  ...{ type: 'session.reconfigured' as const, ...run1, configVersion: 4, by: 'wang', reason: 'new scale' },
  ...{ cause: 'requested' as const, from: { configVersion: 3 }, change: oneDevice, status },
});
const reconfiguredNow = happens({
  ...reconfiguredTo('running'),
  runningSince: 10,
  effectiveAt: '2025-03-02T06:00:02.000Z',
  undoUntil: '2025-03-02T06:01:02.000Z',
});
const reconfiguredAtOnce = happens({
  ...reconfiguredTo('paused'),
  effectiveAt: '2025-03-02T06:00:00.000Z',
  undoUntil: '2025-03-02T06:01:00.000Z',
});
const notFound = refused({ code: 'session_not_found', sessionId: '7-1' });
const isPaused = refused({ code: 'session_paused', sessionId: '7-1' });
const ended = (status: 'stopped' | 'error') => refused({ code: 'session_ended', sessionId: '7-1', status });

describe('a start', () => {
  it('makes the first run of a task that never ran', () => {
    expect(afterHistory([]).when(start)).toEqual(startedBy('7-1'));
  });
  it.each(['stopped', 'error'] as const)('makes the next run when the one before is %s', (status) => {
    expect(afterHistory(histories[status]).when(start)).toEqual(startedBy('7-2'));
  });
  it.each(['running', 'paused'] as const)('is refused, naming the session, while one is %s', (status) => {
    expect(afterHistory(histories[status]).when(start)).toEqual(
      refused({ code: 'task_already_active', sessionId: '7-1', status }),
    );
  });
  it('counts on after many runs', () => {
    const session = { ...run1, sessionId: '7-999' };
    expect(afterHistory([started(session), stopped(session)]).when(start)).toEqual(startedBy('7-1000'));
  });
});

/** Every command on the task's only session, in every state. */
const table: Record<CommandName, Record<keyof typeof histories, SessionDecision>> = {
  PauseSession: {
    never_started: notFound,
    running: pausedNow,
    paused: nothing,
    stopped: ended('stopped'),
    error: ended('error'),
  },
  ResumeSession: {
    never_started: notFound,
    running: nothing,
    paused: resumedNow,
    stopped: ended('stopped'),
    error: ended('error'),
  },
  RecoverSession: {
    never_started: notFound,
    running: recoveredNow,
    paused: isPaused,
    stopped: ended('stopped'),
    error: recoveredNow,
  },
  RecoverPlaced: {
    never_started: notFound,
    running: nothing,
    paused: isPaused,
    stopped: ended('stopped'),
    error: recoveredNow,
  },
  StopSession: {
    never_started: notFound,
    running: stoppedNow,
    paused: stoppedNow,
    stopped: nothing,
    error: nothing,
  },
  FailSession: {
    never_started: notFound,
    running: failedNow,
    paused: isPaused,
    stopped: nothing,
    error: nothing,
  },
  RestartSession: {
    never_started: notFound,
    running: nothing,
    paused: nothing,
    stopped: nothing,
    error: restartedNow,
  },
  ReconfigureSession: {
    never_started: notFound,
    running: reconfiguredNow,
    paused: reconfiguredAtOnce,
    stopped: ended('stopped'),
    error: ended('error'),
  },
  UndoReconfiguration: {
    never_started: notFound,
    running: nothing,
    paused: nothing,
    stopped: nothing,
    error: nothing,
  },
};

const rows = Object.entries(table).flatMap(([command, byState]) =>
  Object.entries(byState).map(([state, decision]) => ({
    command: command as CommandName,
    state: state as keyof typeof histories,
    decision,
  })),
);

describe('a command on the session', () => {
  it.each(rows)('$command while it is $state', ({ command, state, decision }) => {
    expect(afterHistory(histories[state]).when(on('7-1')[command] as SessionCommand)).toEqual(decision);
  });

  it('is decided the same after a pause that has ended as if there had been none', () => {
    const history = [started(run1), paused(run1), resumed(run1)];
    for (const command of Object.keys(table) as CommandName[]) {
      const decision = afterHistory(history).when(on('7-1')[command] as SessionCommand);
      if (command !== 'ReconfigureSession') expect(decision).toEqual(table[command].running);
      // The session has been running since it was resumed.
      else expect(decision).toMatchObject({ ok: true, event: { runningSince: 12 } });
    }
  });
});

describe('a start with a longest duration', () => {
  it('says when the session has taken too long, and each event of it says so too', () => {
    const decision = afterHistory([]).when({
      ...start,
      maxDuration: { softSeconds: 60, hardSeconds: 86_400 },
    } as SessionCommand);
    const limits = { softLimitAt: '2025-03-02T06:01:00.000Z', hardLimitAt: '2025-03-03T06:00:00.000Z' };
    expect(decision).toMatchObject({ ok: true, event: limits });
    const limited = { ...run1, ...limits };
    const paused_ = afterHistory([started(limited)]).when(on('7-1').PauseSession as SessionCommand);
    expect(paused_).toMatchObject({ ok: true, event: { type: 'session.paused', ...limits } });
  });
});

describe('a session that failed for a passing cause', () => {
  const failedPassing: SessionEvent = {
    ...failed(run1),
    type: 'session.failed',
    cause: 'passing',
    attempt: 1,
  } as SessionEvent;

  it('can be stopped, so that it is not tried again', () => {
    expect(
      afterHistory([started(run1), failedPassing]).when(on('7-1').StopSession as SessionCommand),
    ).toEqual(stoppedNow);
  });

  it('carries on the count of tries when it fails again', () => {
    const again: SessionEvent = {
      type: 'session.resumed',
      ...run1,
      by: 'supervisor',
      reason: 'restart',
      attempt: 2,
    };
    const decision = afterHistory([started(run1), failedPassing, again]).when(
      on('7-1').FailSession as SessionCommand,
    );
    expect(decision).toMatchObject({
      ok: true,
      event: { type: 'session.failed', cause: 'passing', attempt: 2 },
    });
  });
});

describe('a command on another session than the last', () => {
  const whileRun2Runs = [started(run1), failed(run1), started(run2)];

  it.each(['StopSession', 'FailSession', 'RestartSession', 'UndoReconfiguration'] as const)(
    '%s on an earlier run has nothing to do',
    (command) => {
      expect(afterHistory(whileRun2Runs).when(on('7-1')[command] as SessionCommand)).toEqual(nothing);
    },
  );
  it.each([
    'PauseSession',
    'ResumeSession',
    'RecoverSession',
    'RecoverPlaced',
    'ReconfigureSession',
  ] as const)('%s on an earlier run is refused as ended and leaves the present one alone', (command) => {
    expect(afterHistory(whileRun2Runs).when(on('7-1')[command] as SessionCommand)).toEqual(ended('stopped'));
  });
  it.each(Object.keys(table) as CommandName[])(
    '%s on a run that was never started is not found',
    (command) => {
      for (const history of Object.values(histories)) {
        expect(afterHistory(history).when(on('7-5')[command] as SessionCommand)).toEqual(
          refused({ code: 'session_not_found', sessionId: '7-5' }),
        );
      }
    },
  );
  it.each(['8-1', '70-1', '', '7', '7-', '-1', '7-0', '7-01', '07-1', '7-1 ', '7-1-1', '7-1x', '7_1'])(
    'every command on "%s", of another task or malformed, is not found',
    (sessionId) => {
      for (const history of Object.values(histories)) {
        for (const command of Object.values(on(sessionId))) {
          expect(afterHistory(history).when(command as SessionCommand)).toEqual(
            refused({ code: 'session_not_found', sessionId }),
          );
        }
      }
    },
  );
});
