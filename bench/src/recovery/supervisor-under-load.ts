import { type RunningProcess, startProcess } from '@holdfast/dev/child-process.ts';
import { builtProgram } from '@holdfast/dev/setup/dist.mjs';
import { InvalidMeasurement } from '../benchmark.ts';

export interface MeasuredSupervisor {
  readonly process: RunningProcess;
  /** Wall clock right before the process was started, ms since 1970. */
  readonly startedAtMs: number;
  /** When the supervisor logged this, in ms after its start; undefined while it has not said so. */
  readonly logTimes: { connectedMs?: number; leadsMs?: number; replayedMs?: number; completedMs?: number };
  /** Running sessions that it found. */
  foundRunning(): number | undefined;
  /** @throws InvalidMeasurement when it has ended or complained */
  check(): void;
}

/** The real supervisor with its default settings, as a process of its own. */
export async function startMeasuredSupervisor(
  natsUrl: string,
  profileFolder: string | undefined,
): Promise<MeasuredSupervisor> {
  const logTimes: MeasuredSupervisor['logTimes'] = {};
  let runningCount: number | undefined;
  let complaint: string | undefined;
  const startedAtMs = Date.now();
  const hear = (line: string): void => {
    if (!line.startsWith('{')) return;
    const { level, time, msg, running } = JSON.parse(line) as Record<string, unknown>;
    const sinceStart = Date.parse(String(time)) - startedAtMs;
    if (level === 'error' || level === 'fatal') complaint ??= line;
    if (msg === 'connected to NATS') logTimes.connectedMs ??= sinceStart;
    else if (msg === 'this supervisor leads') logTimes.leadsMs ??= sinceStart;
    else if (msg === 'Session recovery completed') logTimes.completedMs ??= sinceStart;
    else if (typeof msg === 'string' && msg.startsWith('Found ') && runningCount === undefined) {
      logTimes.replayedMs = sinceStart;
      runningCount = Number(running);
    }
  };
  const running = await startProcess({
    name: 'supervisor',
    command: process.execPath,
    args: [
      ...(profileFolder ? ['--cpu-prof', '--cpu-prof-dir', profileFolder] : []),
      builtProgram('supervisor'),
    ],
    env: { NATS_URL: natsUrl, LOG_LEVEL: 'info', HEALTH_PORT: '0' },
    log: hear,
  });
  return {
    process: running,
    startedAtMs,
    logTimes,
    foundRunning: () => runningCount,
    check: () => {
      if (complaint !== undefined) throw new InvalidMeasurement(`the supervisor complained: ${complaint}`);
      if (running.exit === undefined) return;
      throw new InvalidMeasurement(`the supervisor has ended: ${running.lastLines(5).join('\n')}`);
    },
  };
}
