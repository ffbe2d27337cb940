import { randomUUID } from 'node:crypto';
import { specs } from '@holdfast/drivers/specs.ts';
import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { AppendOutcomeUnknown } from '@holdfast/shared/event-store/event-store.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { JetStreamEventStore } from '@holdfast/shared/jetstream/sessions/jetstream-event-store.ts';
import { TaskConfigStore } from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import { handleCommand, loadSession } from '@holdfast/shared/sessions/handle-command.ts';
import { sessionNeeds } from '@holdfast/shared/sessions/session-needs.ts';
import { TimeoutError } from '@nats-io/nats-core';
import { InvalidMeasurement } from '../benchmark.ts';

const concurrency = 32;
const by = 'bench';

/** One device on an endpoint of its own per task: 127.x.y.z is one machine on all its addresses. */
export function taskOnPlant(index: number, port: number, periodMs: number): TaskConfig {
  const host = `127.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
  const taskId = String(index + 1);
  return {
    schema_version: 3,
    task_id: taskId,
    task_code: `line-${taskId}`,
    task_name: `Line ${taskId}`,
    config_version: 1,
    period_ms: periodMs,
    devices: [
      {
        id: `device-${taskId}`,
        code: `press-${taskId}`,
        name: '',
        site_code: 'bench',
        protocol: 'modbus_tcp',
        mode: 'polled',
        timeout_ms: 1_000,
        connection: { host, port, unit_id: 1, max_registers: 125, max_bits: 2_000 },
        points: [0, 1].map((address) => ({
          code: `register-${address}`,
          name: '',
          address: { table: 'holding_register', address, byte_order: 'ABCD' },
          data_type: 'uint16' as const,
          scale: 1,
          offset: 0,
          unit: '',
        })),
      },
    ],
  };
}

/**
 * Stores the configurations and starts a session of each task, as the API would.
 * @param startedMs when the sessions say that they began, in ms since 1970; now unless set
 * @returns session ids
 */
export async function startSessions(
  nc: NatsConnection,
  tasks: readonly TaskConfig[],
  startedMs?: number,
): Promise<string[]> {
  const store = await JetStreamEventStore.open(nc);
  const configs = await TaskConfigStore.open(nc);
  const sessions: string[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let task = tasks[next++]; task; task = tasks[next++]) {
      const started = task;
      await untilAnswered(() => configs.put(started));
      sessions.push(await startSession(store, started, startedMs));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return sessions;
}

async function startSession(
  store: JetStreamEventStore,
  task: TaskConfig,
  startedMs = Date.now(),
): Promise<string> {
  const { task_id: taskId, task_code: taskCode, config_version: configVersion } = task;
  const now = new Date(startedMs).toISOString();
  const needs = sessionNeeds(task, specs);
  const command = {
    type: 'StartSession',
    taskId,
    taskCode,
    configVersion,
    metadata: {},
    needs,
    by,
    now,
  } as const;
  const context = { commandId: randomUUID(), source: '/holdfast/bench', now };
  const outcome = await untilAnswered(() => handleCommand(store, taskId, command, context));
  if (outcome.ok) return outcome.state.session.sessionId;
  // Nothing else starts it, so the try that got no answer did.
  const { state } = await loadSession(store, taskId);
  if (state.status === 'running') return state.session.sessionId;
  throw new InvalidMeasurement(`task ${taskId} was not started: ${outcome.refusal.code}`);
}

/** Asks again when a busy machine keeps the broker from answering: both requests may be sent twice. */
async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  for (let attemptsLeft = 10; ; attemptsLeft--) {
    try {
      return await ask();
    } catch (error) {
      const isUnanswered = error instanceof AppendOutcomeUnknown || error instanceof TimeoutError;
      if (!isUnanswered || attemptsLeft === 0) throw error;
    }
  }
}
