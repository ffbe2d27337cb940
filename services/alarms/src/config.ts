import {
  commonSettings,
  type Environment,
  leaseSettings,
  readConfig,
  setting,
  streamSettings,
} from '@holdfast/shared/runtime/config.ts';
import * as z from 'zod';

export const alarmsSettings = z.object({
  ...commonSettings,
  ...leaseSettings,
  ...streamSettings,
  ALARMS_INTERVAL_MS: setting
    .integer(100, 60_000)
    .default(1_000)
    .describe('How often the conditions of all alarms are evaluated'),
});

export type AlarmsConfig = z.infer<typeof alarmsSettings>;

/** @throws ConfigError */
export function alarmsConfig(environment: Environment = process.env): AlarmsConfig {
  return readConfig(alarmsSettings, environment);
}
