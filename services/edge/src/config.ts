import { alarmsConfig } from '@holdfast/alarms/src/config.ts';
import { apiConfig } from '@holdfast/api/src/config.ts';
import { collectorConfig } from '@holdfast/collector/src/config.ts';
import type { Environment } from '@holdfast/shared/runtime/config.ts';
import { supervisorConfig } from '@holdfast/supervisor/src/config.ts';
import { writerConfig } from '@holdfast/writer/src/config.ts';

/**
 * The settings of one of the services that share a process. All read the same environment; `EDGE_WRITER_HEALTH_PORT` is
 * `HEALTH_PORT` for the writer alone.
 */
export function partEnvironment(
  part: 'api' | 'supervisor' | 'alarms' | 'collector' | 'writer',
  environment: Environment,
): Environment {
  const prefix = `EDGE_${part.toUpperCase()}_`;
  const settings: Record<string, string | undefined> = { ...environment };
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith(prefix)) continue;
    const setting = name.slice(prefix.length);
    settings[setting] = value;
    // A file that is set for all services would win.
    if (!(`${name}_FILE` in environment)) delete settings[`${setting}_FILE`];
  }
  return settings;
}

/** @throws ConfigError */
export function edgeConfig(environment: Environment = process.env) {
  return {
    api: apiConfig(partEnvironment('api', environment)),
    supervisor: supervisorConfig(partEnvironment('supervisor', environment)),
    alarms: alarmsConfig(partEnvironment('alarms', environment)),
    collector: collectorConfig(partEnvironment('collector', environment)),
    writer: writerConfig(partEnvironment('writer', environment)),
  };
}
