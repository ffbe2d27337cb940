import {
  commonSettings,
  type Environment,
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
  /** Sessions that run when this supervisor starts stay unplaced until they are recovered one by one. */
  DISABLE_SESSION_RECOVERY: setting.flag().default(false),
  /** How often what should be is compared with what is, whatever the hints said. */
  RECONCILE_INTERVAL_MS: setting.integer(100, 60_000).default(2_000),
});

export type SupervisorConfig = z.infer<typeof settings>;

export function supervisorConfig(environment: Environment = process.env): SupervisorConfig {
  return readConfig(settings, environment);
}
