import { assigned, disabled, fleet, type Row, released, rows, rung, task } from './testing/planned.ts';

const holdingBack: Row[] = [
  {
    situation: 'a session that ran before the start is held back',
    tasks: [task({ since: 10 })],
    fleet: fleet({ A: 'alive' }),
    rest: { recoveryDisabled: disabled(15, true), leadingSince: 15 },
    does: ['7 waits: recovery_disabled'],
  },
  {
    situation: 'a session that was placed before the start is released, alive holder or not',
    tasks: [task({ since: 10, placement: assigned('A', 12) })],
    fleet: fleet({ A: 'alive' }),
    rest: { recoveryDisabled: disabled(15, true), listing: rung('A.7') },
    does: ['release 7 from A (recovery_disabled)'],
  },
  {
    situation: 'a take-over from another supervisor releases nothing',
    tasks: [task({ since: 10, placement: assigned('A', 12) })],
    fleet: fleet({ A: 'alive' }),
    rest: { recoveryDisabled: disabled(15, false), listing: rung('A.7') },
    does: [],
  },
  {
    situation: 'a take-over still moves what a dead collector held',
    tasks: [task({ since: 10, placement: assigned('A', 12) })],
    fleet: fleet({ A: 'dead', B: 'alive' }),
    rest: { recoveryDisabled: disabled(15, false), listing: rung('A.7') },
    does: ['assign 7 to B (failover)'],
  },
  {
    situation: 'what a person recovers afterwards is placed',
    tasks: [
      task({
        since: 20,
        placement: released('A', 12, { reason: 'recovery_disabled', refusals: 0 }),
        lastPlacement: 16,
      }),
    ],
    fleet: fleet({ A: 'alive' }),
    rest: { recoveryDisabled: disabled(15, true) },
    does: ['assign 7 to A (recovery)'],
  },
  {
    situation: 'what is started afterwards is placed and stays so',
    tasks: [task({ since: 20 }), task({ taskId: '8', since: 21, placement: assigned('A', 22, 0, '8-1') })],
    fleet: fleet({ A: 'alive' }),
    rest: { recoveryDisabled: disabled(15, true), listing: rung('A.8') },
    does: ['assign 7 to A (start)'],
  },
];

rows('with session recovery disabled', holdingBack);
