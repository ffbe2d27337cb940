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

const settings = z.object({
  ...commonSettings,
  ...leaseSettings,
  ...streamSettings,
  ...identitySettings,
  /** Sessions that are running when this supervisor starts stay unplaced until they are recovered one by one. */
  DISABLE_SESSION_RECOVERY: setting.flag().default(false),
  /** A session is moved for balance at most once in this time. */
  REBALANCE_MIN_HOLD_MS: setting.integer(0, 86_400_000).default(600_000),
  /** Nothing is moved for balance until the same collectors have been up for this long. */
  REBALANCE_SETTLE_MS: setting.integer(0, 86_400_000).default(60_000),
  /** Most sessions that are moved for balance at one time; 0 turns it off. */
  REBALANCE_MAX_MOVES: setting.integer(0, 10_000).default(10),
  /** How often what should be is compared with what is, even without hints. */
  RECONCILE_INTERVAL_MS: setting.integer(100, 60_000).default(2_000),
});

export type SupervisorConfig = z.infer<typeof settings>;

/** @throws ConfigError */
export function supervisorConfig(environment: Environment = process.env): SupervisorConfig {
  return readConfig(settings, environment);
}
