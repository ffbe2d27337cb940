import type { SessionState } from '@holdfast/shared/domain/session/state.ts';
import { assigned, disabled, fleet, type Row, rows, rung, session, task } from './testing/planned.ts';

const failing = (cause: 'passing' | 'permanent', stoppedAt: string, attempt: number): SessionState => ({
  status: 'error',
  session: session(),
  stoppedAt,
  reason: 'no snapshot',
  cause,
  attempt,
});
const tryingAgain: Row[] = [
  {
    situation: 'after a passing failure, when its time has come',
    tasks: [task({ state: failing('passing', '2025-03-01T11:59:50.000Z', 0) })],
    fleet: fleet({ A: 'alive' }),
    does: ['restart 7 for the 1. time'],
  },
  {
    situation: 'after a passing failure, not before its time',
    tasks: [task({ state: failing('passing', '2025-03-01T11:59:51.000Z', 0) })],
    fleet: fleet({ A: 'alive' }),
    does: [],
  },
  {
    situation: 'the more often it failed, the later',
    tasks: [task({ state: failing('passing', '2025-03-01T11:59:00.000Z', 3) })],
    fleet: fleet({ A: 'alive' }),
    does: [],
  },
  {
    situation: 'never after a failure that a person must put right',
    tasks: [task({ state: failing('permanent', '2025-02-01T00:00:00.000Z', 0) })],
    fleet: fleet({ A: 'alive' }),
    does: [],
  },
];

const soft = { softLimitAt: '2025-03-01T12:00:00.000Z' };
const hard = { hardLimitAt: '2025-03-01T12:00:00.000Z' };
const notYet = { hardLimitAt: '2025-03-01T12:00:00.001Z' };
const limited = (limits: object, status: 'running' | 'paused' = 'running'): SessionState =>
  status === 'running'
    ? { status, session: { ...session(), ...limits }, runningSince: 10 }
    : { status, session: { ...session(), ...limits } };
const warnedOf = (sessionId: string) => ({ warned: { sessionId, at: '' }, lastWarning: 5 });
const limiting: Row[] = [
  {
    situation: 'is stopped at its hard limit and not placed any more',
    tasks: [task({ state: limited(hard) })],
    fleet: fleet({ A: 'alive' }),
    does: ['stop 7-1'],
  },
  {
    situation: 'is stopped while it is paused, too',
    tasks: [task({ state: limited(hard, 'paused') })],
    fleet: fleet({}),
    does: ['stop 7-1'],
  },
  {
    situation: 'is stopped and not tried again when it had failed for a passing cause',
    tasks: [
      task({
        state: {
          ...failing('passing', '2025-03-01T11:00:00.000Z', 0),
          session: { ...session(), ...hard },
        } as SessionState,
      }),
    ],
    fleet: fleet({ A: 'alive' }),
    does: ['stop 7-1'],
  },
  {
    situation: 'goes on until the limit has come',
    tasks: [task({ state: limited(notYet), placement: assigned('A', 20) })],
    fleet: fleet({ A: 'alive' }),
    rest: { listing: rung('A.7') },
    does: [],
  },
  {
    situation: 'is warned of at its soft limit, and placed all the same',
    tasks: [task({ state: limited(soft) })],
    fleet: fleet({ A: 'alive' }),
    does: ['warn 7-1', 'assign 7 to A (start)'],
  },
  {
    situation: 'is not warned of twice',
    tasks: [{ ...task({ state: limited(soft, 'paused') }), ...warnedOf('7-1') }],
    fleet: fleet({}),
    does: [],
  },
  {
    situation: 'is warned of though an earlier run of its task was',
    tasks: [{ ...task({ state: limited(soft, 'paused') }), ...warnedOf('7-0') }],
    fleet: fleet({}),
    does: ['warn 7-1'],
  },
  {
    situation: 'is not warned of where a newer release may have done so',
    tasks: [task({ state: limited(soft, 'paused'), unreadable: { warning: 'from the future' } })],
    fleet: fleet({}),
    does: [],
  },
  {
    situation: 'is left alone where a newer release knows better',
    tasks: [task({ state: limited(hard), unreadable: { lifecycle: 'from the future' } })],
    fleet: fleet({ A: 'alive' }),
    does: [],
  },
  {
    situation: 'is stopped also while it is held back from recovery',
    tasks: [task({ state: limited(hard) })],
    fleet: fleet({ A: 'alive' }),
    rest: { recoveryDisabled: disabled(100, true) },
    does: ['stop 7-1'],
  },
];

rows('a failed session is tried again', tryingAgain);
rows('a session whose time is limited', limiting);
