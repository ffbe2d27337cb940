import type { AnsweredCommand, History, Outage } from '../verify/history.ts';
import { readHistory } from '../verify/read-history.ts';
import type { Tolerances } from '../verify/tolerances.ts';
import { type Minimum, type Verdict, verify } from '../verify/verify.ts';
import type { World } from './world/world.ts';

export interface JudgedBy {
  /** Without them the first polls of sessions are not judged. */
  readonly outages?: readonly Outage[];
  /** Collectors that forge, each from this sequence of SAMPLES on. */
  readonly liars?: ReadonlyMap<string, number>;
}

/** The invariants on everything that a world has recorded, with the devices' and the clients' own records. */
export async function judge(
  world: World,
  commands: readonly AnsweredCommand[],
  minimum: Minimum,
  by: JudgedBy = {},
): Promise<{ verdict: Verdict; history: History }> {
  const history = await readHistory({
    natsUrl: world.ownUrl,
    databaseUrl: world.databaseUrl,
    commands,
    ...by,
    requests: world.plant.requests.map(({ at, device, connectionId }) => ({
      atMs: at,
      device,
      connectionId,
    })),
  });
  const tolerances = tolerancesOfOneMachine(world.shape.leaseTtlMs);
  return { verdict: verify(history, { tolerances, minimum }), history };
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
