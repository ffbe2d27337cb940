import { setTimeout as sleep } from 'node:timers/promises';
import { sessionsPath } from '../support/over-rest.ts';
import { sendCommand } from '../world/clients.ts';
import type { SentCommand } from '../world/sent-command.ts';
import type { StartedSession } from './observations.ts';
import type { ClusterWorld } from './world.ts';

export interface Canary {
  readonly commands: readonly SentCommand[];
  readonly sessions: readonly StartedSession[];
  stop(): Promise<void>;
}

const patienceMs = 30_000;
const pauseMs = 150;
const lookAgainMs = 20;
/** Several periods of its device: it is not read any more. */
const silentMs = 1_000;
/** A stop is in effect by then, so the device belongs to a session whose start seemed to fail. */
const silentWithinMs = 3_000;

/** An operator who over and over starts a session, checks that it is shown and read, and stops it. */
export function startCanary(world: ClusterWorld, answerTimeoutMs: () => number): Canary {
  const commands: SentCommand[] = [];
  const sessions: StartedSession[] = [];
  const { rest, canaryTask: taskId, devices } = world;
  const [device = ''] = world.devicesOf(taskId);
  let isStopping = false;

  const send = async (command: 'start' | 'stop', sessionId?: string): Promise<SentCommand> => {
    const sent = await sendCommand(world, {
      ...{ operator: `canary-${commands.length + 1}`, command, taskId, sessionId },
      timeoutMs: answerTimeoutMs(),
    });
    commands.push(sent);
    return sent;
  };

  const until = async (
    look: () => boolean | Promise<boolean>,
    withinMs = patienceMs,
  ): Promise<number | undefined> => {
    const sinceMs = Date.now();
    while (Date.now() < sinceMs + withinMs) {
      if (await look()) return Date.now() - sinceMs;
      await sleep(lookAgainMs);
    }
    return undefined;
  };

  const isShown = async (sessionId: string): Promise<boolean> => {
    try {
      return (await rest.get(`${sessionsPath}/${sessionId}/`)).body.status === 'running';
    } catch {
      return false;
    }
  };

  const observe = async (): Promise<string | undefined> => {
    // The session before may be read a little longer: its last request must not pass for the first one of the next.
    const isSilent = () => Date.now() - (devices.lastAtMs.get(device) ?? 0) > silentMs;
    if ((await until(isSilent, silentWithinMs)) === undefined) return activeSession();
    const { answer, sessionId, sentAtMs: startedAtMs } = await send('start');
    if (answer !== 'success' || sessionId === undefined) return activeSession();
    const [shownAfterMs, readAfterMs] = await Promise.all([
      until(() => isShown(sessionId)),
      until(() => (devices.lastAtMs.get(device) ?? 0) >= startedAtMs),
    ]);
    sessions.push({ startedAtMs, shownAfterMs, readAfterMs });
    return sessionId;
  };

  /** The session of a start whose answer did not come. */
  const activeSession = async (): Promise<string | undefined> => {
    try {
      const { body } = await rest.get(`${sessionsPath}/?task=${taskId}&status=running&limit=1`);
      return body.results[0]?.id;
    } catch {
      return undefined;
    }
  };

  const run = async (): Promise<void> => {
    while (!isStopping) {
      const sessionId = await observe();
      if (sessionId !== undefined) await send('stop', sessionId);
      await sleep(pauseMs);
    }
  };
  const running = run();
  return {
    commands,
    sessions,
    stop: async () => {
      isStopping = true;
      await running;
    },
  };
}
