import type { AnsweredCommand, History, Outage } from '../verify/history.ts';
import { readHistory } from '../verify/read-history.ts';
import { type Minimum, type Verdict, verify } from '../verify/verify.ts';
import type { TestWorld } from './world.ts';

export interface JudgedBy {
  /** Without them the first polls of sessions are not judged. */
  readonly outages?: readonly Outage[];
  /** Collectors that forge, each from this sequence of SAMPLES on. */
  readonly liars?: ReadonlyMap<string, number>;
}

/** The invariants on everything that a world has recorded, with the devices' and the clients' own records. */
export async function judge(
  { natsUrl, databaseUrl, requests, leaseTtlMs }: TestWorld,
  commands: readonly AnsweredCommand[],
  minimum: Minimum,
  by: JudgedBy = {},
): Promise<{ verdict: Verdict; history: History }> {
  // Devices may still be read: what comes later would find no events that explain it.
  const history = await readHistory({ natsUrl, databaseUrl, commands, requests: [...requests], ...by });
  // One clock, but few cores, which may be busy for a while.
  const tolerances = {
    ...{ stopMs: leaseTtlMs + 1_500, clockMs: 750, settleMs: 8_000, freshMs: 10_000, plantMs: 1_000 },
  };
  return { verdict: verify(history, { tolerances, minimum }), history };
}
