import type { AnsweredCommand, Outage } from '../verify/history.ts';
import { readHistory } from '../verify/read-history.ts';
import type { Tolerances } from '../verify/tolerances.ts';
import { type Minimum, type Verdict, verify } from '../verify/verify.ts';
import type { World } from './world/world.ts';

/**
 * The invariants on everything that a world has recorded, with the devices' and the clients' own records.
 * @param outages left out: when sessions are polled first is not judged
 */
export async function judge(
  world: World,
  commands: readonly AnsweredCommand[],
  minimum: Minimum,
  outages?: readonly Outage[],
): Promise<Verdict> {
  const history = await readHistory({
    natsUrl: world.nats.url,
    databaseUrl: world.databaseUrl,
    commands,
    outages,
    requests: world.plant.requests.map(({ at, device, connectionId }) => ({
      atMs: at,
      device,
      connectionId,
    })),
  });
  return verify(history, {
    tolerances: tolerancesOfOneMachine(world.shape.leaseTtlMs),
    minimum,
  });
}

/** One clock, but few cores, which may be busy for a while. */
export function tolerancesOfOneMachine(leaseTtlMs: number): Partial<Tolerances> {
  return {
    stopMs: leaseTtlMs + 1_500,
    clockMs: 750,
    settleMs: 8_000,
    freshMs: 10_000,
    plantMs: 1_000,
  };
}
