import {
  commonSettings,
  type Environment,
  identitySettings,
  leaseSettings,
  readConfig,
  setting,
  streamSettings,
} from '@holdfast/shared/runtime/config.ts';
import * as z from 'zod';

export const supervisorSettings = z.object({
  ...commonSettings,
  ...leaseSettings,
  ...streamSettings,
  ...identitySettings,
  DISABLE_SESSION_RECOVERY: setting
    .flag()
    .default(false)
    .describe(
      '`true`: sessions that were running before the start stay unplaced until each is recovered with `holdfast sessions recover`',
    ),
  REBALANCE_MIN_HOLD_MS: setting
    .integer(0, 86_400_000)
    .default(600_000)
    .describe('A session is moved for balance at most once in this time'),
  REBALANCE_SETTLE_MS: setting
    .integer(0, 86_400_000)
    .default(60_000)
    .describe('Nothing is moved for balance until the same collectors have been up for this long'),
  REBALANCE_MAX_MOVES: setting
    .integer(0, 10_000)
    .default(10)
    .describe('Sessions that are moved for balance at once; 0 turns it off'),
  RECONCILE_INTERVAL_MS: setting
    .integer(100, 60_000)
    .default(2_000)
    .describe(
      'How often the desired state is compared with the actual one, even if nothing is known to have changed',
    ),
});

export type SupervisorConfig = z.infer<typeof supervisorSettings>;

/** @throws ConfigError */
export function supervisorConfig(environment: Environment = process.env): SupervisorConfig {
  return readConfig(supervisorSettings, environment);
}
