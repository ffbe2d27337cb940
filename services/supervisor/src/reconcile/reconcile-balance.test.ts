import { assigned, fleet, type Row, released, rows, rung, task } from './testing/planned.ts';

const balancing = { minHoldMs: 60_000, maxMoves: 1 };
const four = ['1', '2', '3', '4'].map((taskId, index) =>
  task({ taskId, placement: assigned('A', 20 + index, 0, `${taskId}-1`) }),
);
const fourRung = rung('A.1', 'A.2', 'A.3', 'A.4');
const balance: Row[] = [
  {
    situation: 'takes one session after the other from who has more',
    tasks: four,
    fleet: fleet({ A: 'alive', B: 'alive' }),
    rest: { listing: fourRung, rebalancing: balancing, heldForMs: () => 60_000 },
    does: ['release 1 from A (rebalance)'],
  },
  {
    situation: 'leaves a session where it has been for a short time only',
    tasks: four,
    fleet: fleet({ A: 'alive', B: 'alive' }),
    rest: { listing: fourRung, rebalancing: balancing, heldForMs: () => 59_999 },
    does: [],
  },
  {
    situation: 'moves nothing while anybody waits',
    tasks: [...four, task({ taskId: '5', needs: { labels: { site: 'x' }, endpoints: [] } })],
    fleet: fleet({ A: 'alive', B: 'alive' }),
    rest: { listing: fourRung, rebalancing: balancing, heldForMs: () => 60_000 },
    does: ['5 waits: no_collector'],
  },
  {
    situation: 'does not move what would come back',
    tasks: four.slice(0, 1),
    fleet: fleet({ A: 'alive', B: 'alive' }),
    rest: { listing: rung('A.1'), rebalancing: balancing, heldForMs: () => 60_000 },
    does: [],
  },
  {
    situation: 'gives what it took to the other one',
    tasks: [
      task({
        placement: released('A', 20, { reason: 'rebalance', refusals: 0 }),
        lastPlacement: 30,
      }),
    ],
    fleet: fleet({ A: 'alive', B: 'alive' }),
    rest: { listing: rung() },
    does: ['assign 7 to B (rebalance)'],
  },
  {
    situation: 'takes from a collector that was asked to let go',
    tasks: four.slice(0, 1),
    fleet: fleet({ A: 'draining', B: 'alive' }, { isToBeEmptied: true }),
    rest: { listing: rung('A.1') },
    does: ['release 1 from A (drain)'],
  },
  {
    situation: 'gives what a collector let go to the other one',
    tasks: [task({ placement: released('A', 20, { reason: 'drain', refusals: 0 }), lastPlacement: 30 })],
    fleet: fleet({ A: 'draining', B: 'alive' }, { isToBeEmptied: true }),
    rest: { listing: rung() },
    does: ['assign 7 to B (drain)'],
  },
];

rows('balance', balance);
