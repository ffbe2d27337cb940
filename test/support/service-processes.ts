import { type RunningProcess, startProcess } from '@holdfast/dev/child-process.ts';
import { builtProgram } from '@holdfast/dev/setup/dist.mjs';
import { cleanUpAfterFile } from './cleanup.ts';
import { zoneOfNoon } from './zone-of-noon.ts';

export type ServiceName = 'api' | 'supervisor' | 'collector' | 'writer' | 'alarms';

/** For tests that wait until a lease is over: short enough for them, long enough for a machine whose two cores are busy. */
export const testLease = {
  LEASE_TTL_MS: '3000',
  LEASE_RENEW_MS: '500',
  LEASE_MARGIN_MS: '500',
} as const;

/** For all others: no machine is so busy that such a lease runs out. */
export const longLease = { ...testLease, LEASE_TTL_MS: '60000' } as const;

/** Settings of a service that a test does not set; the plants of tests are on this machine. */
const testService = {
  LOG_LEVEL: 'info',
  RECONCILE_INTERVAL_MS: '500',
  STATUS_INTERVAL_MS: '500',
  DEVICE_NETWORKS: '127.0.0.0/8',
  PLANT_TIME_ZONE: zoneOfNoon.name,
} as const;

/**
 * A service as a real process with the settings given; it is killed when the test file is over, should it
 * still run then. What it logs is kept for {@link logOf}.
 */
export async function startService(
  service: ServiceName,
  settings: Readonly<Record<string, string>>,
): Promise<RunningProcess> {
  const running = await startProcess({
    name: service,
    command: process.execPath,
    args: [builtProgram(service)],
    env: { ...testService, ...settings },
  });
  cleanUpAfterFile(() => running.stop({ graceMs: 5_000 }));
  return running;
}

/** The messages of what a service has logged lately, oldest first. */
export function logOf(service: RunningProcess): string[] {
  return service.lastLines(200).map((line) => {
    try {
      return (JSON.parse(line) as { msg?: string }).msg ?? line;
    } catch {
      return line;
    }
  });
}
