import { join } from 'node:path';
import { type RunningProcess, startProcess } from '@holdfast/dev/child-process.ts';
import { InvalidMeasurement } from '../benchmark.ts';

const services = join(import.meta.dirname, '../../../services');

/** A service of the measured fleet, as a process of its own. */
export interface FleetProcess {
  readonly process: RunningProcess;
  /** Wall clock right before the process was started, ms since 1970. */
  readonly startedAtMs: number;
  /** @throws InvalidMeasurement when it has ended although nobody asked it to */
  check(): void;
}

export async function startFleetProcess(
  service: 'supervisor' | 'collector',
  settings: Readonly<Record<string, string>>,
  profileFolder: string | undefined,
): Promise<FleetProcess> {
  const profile = profileFolder ? ['--cpu-prof', '--cpu-prof-dir', profileFolder] : [];
  const startedAtMs = Date.now();
  const running = await startProcess({
    name: service,
    command: process.execPath,
    args: [...profile, join(services, service, 'src', 'main.ts')],
    env: { LOG_LEVEL: 'info', HEALTH_PORT: '0', ...settings },
  });
  return {
    process: running,
    startedAtMs,
    check: () => {
      if (running.exit === undefined) return;
      throw new InvalidMeasurement(`a ${service} has ended: ${running.lastLines(5).join('\n')}`);
    },
  };
}
