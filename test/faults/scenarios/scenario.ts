import type { Verdict } from '../../verify/verify.ts';
import type { WorldOptions } from '../world.ts';

export interface ScenarioResult {
  /** How often each thing was done. */
  readonly faults: Readonly<Record<string, number>>;
  /** Everything that should have been seen and was not. */
  readonly failures: readonly string[];
  /** Undefined where the recorded data are gone on purpose. */
  readonly verdict: Verdict | undefined;
}

/** A story with a fixed course, for what does not fit into a random one. */
export interface Scenario {
  readonly name: string;
  run(
    options: Pick<WorldOptions, 'folder' | 'simulator' | 'say'> & { readonly seed: number },
  ): Promise<ScenarioResult>;
}

export const smallWorld = {
  tasks: 4,
  devicesPerTask: 2,
  periodsMs: [250, 500],
  steadyTasks: 2,
} as const satisfies Partial<WorldOptions>;
