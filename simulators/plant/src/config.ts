import { type Environment, readConfig as readSettings, setting } from '@holdfast/shared/runtime/config.ts';
import * as z from 'zod';

export const simulatorSettings = z.object({
  SIMULATOR_HOST: z.string().min(1).default('127.0.0.1').describe('Address that the machines listen on'),
  SIMULATOR_BASE_PORT: setting
    .integer(0, 65533)
    .default(5020)
    .describe('The machines take this port and those after it; 0 takes free ones'),
  SIMULATOR_CONTROL_PORT: setting.port().optional().meta({
    description: 'Port of the HTTP calls that switch faults; 0 takes a free one',
    defaultInWords: 'ten above the base port, or a free one if that is 0',
  }),
});

export interface SimulatorConfig {
  readonly host: string;
  readonly basePort: number;
  readonly controlPort: number;
}

/** @throws ConfigError */
export function readConfig(environment: Environment = process.env): SimulatorConfig {
  const { SIMULATOR_HOST, SIMULATOR_BASE_PORT, SIMULATOR_CONTROL_PORT } = readSettings(
    simulatorSettings,
    environment,
  );
  const aboveBase = SIMULATOR_BASE_PORT === 0 ? 0 : Math.min(SIMULATOR_BASE_PORT + 10, 65535);
  return {
    host: SIMULATOR_HOST,
    basePort: SIMULATOR_BASE_PORT,
    controlPort: SIMULATOR_CONTROL_PORT ?? aboveBase,
  };
}
