import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { SimBroker } from '../broker/sim-broker.ts';
import type { Random } from '../kernel/random.ts';
import type { World } from '../kernel/world.ts';
import { periodOf } from '../reading-of-version.ts';

/** Its id at the broker, under which alone it may publish; it never holds a session. */
export const forgerId = 'X';

/** A collector's key in bad hands: it knows the log, and says of sessions whatever might silence, falsify or end them. */
export function startForger(world: World, broker: SimBroker, random: Random): void {
  const act = (): void => {
    if (broker.isUp()) forge(world, broker, random);
    world.after(random.between(100, 1_500), act);
  };
  world.after(random.between(1_000, 5_000), act);
}

function forge(world: World, broker: SimBroker, random: Random): void {
  const placed = broker.placements();
  if (placed.length === 0) return;
  const { epoch, placement } = random.pick(placed);
  const { sessionId: session, taskId: task, collectorId } = placement;
  const collector = random.pick([collectorId, forgerId]);
  const forgedEpoch = random.pick([
    epoch,
    random.pick(placed).epoch,
    broker.lastSequence,
    // This epoch may be assigned in a moment.
    broker.lastSequence + 1 + random.below(3),
    1_000_000_000,
  ]);
  if (random.chance(0.2)) {
    world.note('forged refusal');
    broker.putStatus(task, {
      ...{ v: 1, session, epoch: forgedEpoch, collector: forgerId, instance: 'forged', state: 'refused' },
      ...{ detail: 'forged', cause: 'permanent', updated_at: '', points_read: 0, error_count: 0 },
      ...{ last_read_time: null, device_health: {} },
    });
    return;
  }
  const { tick: now = 0, period_ms: periodMs = periodOf(1) } = broker.newestSample(task) ?? {};
  const tick = Math.max(0, now + random.pick([-20, -1, 0, 1, 20, 1_000_000]));
  const forged: Sample = {
    ...{
      v: 1,
      session,
      epoch: forgedEpoch,
      collector,
      task,
      device_id: `d${task}`,
      device: `device-${task}`,
    },
    ...{ site: '', measurement: `device-${task}`, tick, period_ms: periodMs, time: tick * periodMs },
    ...{ read_at: tick * periodMs, values: { p: 666 } },
    ...(random.chance(0.3) && { since_tick: 0 }),
    ...(random.chance(0.2) && {
      values: undefined,
      through_tick: tick + 1_000,
      miss: { cause: 'buffer_full', detail: 'forged' },
    }),
  };
  world.note(`forged sample ${forgedEpoch > broker.lastSequence ? 'ahead of the log' : 'of the log'}`);
  broker.putSample(forgerId, forged);
}
