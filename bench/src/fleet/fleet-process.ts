import { type RunningProcess, startProcess } from '@holdfast/dev/child-process.ts';
import { builtProgram } from '@holdfast/dev/setup/dist.mjs';
import { collectorNodeOptions } from '@holdfast/dev/stack/service-children.ts';
import { InvalidMeasurement } from '../benchmark.ts';

/** A service of the measured fleet, as a process of its own. */
export interface FleetProcess {
  readonly process: RunningProcess;
  /** Wall clock right before the process was started, ms since 1970. */
  readonly startedAtMs: number;
  /** The fields of the newest of its latest log lines with this text; undefined when none has it. */
  lastLogLine(what: string): Readonly<Record<string, unknown>> | undefined;
  /** @throws InvalidMeasurement when it has ended without being stopped */
  check(): void;
}

export async function startFleetProcess(
  service: 'api' | 'supervisor' | 'collector' | 'writer',
  settings: Readonly<Record<string, string>>,
  profileFolder: string | undefined,
): Promise<FleetProcess> {
  const profile = profileFolder ? ['--cpu-prof', '--cpu-prof-dir', profileFolder] : [];
  const startedAtMs = Date.now();
  const running = await startProcess({
    name: service,
    command: process.execPath,
    args: [...profile, ...(service === 'collector' ? collectorNodeOptions : []), builtProgram(service)],
    env: { LOG_LEVEL: 'info', HEALTH_PORT: '0', DEVICE_NETWORKS: '127.0.0.0/8', ...settings },
  });
  return {
    process: running,
    startedAtMs,
    lastLogLine: (what) => {
      const line = running.lastLines(200).findLast((text) => text.includes(what));
      return line === undefined ? undefined : (JSON.parse(line) as Record<string, unknown>);
    },
    check: () => {
      if (running.exit === undefined) return;
      throw new InvalidMeasurement(
        `${service === 'api' ? 'the API' : `a ${service}`} has ended: ${running.lastLines(5).join('\n')}`,
      );
    },
  };
}
