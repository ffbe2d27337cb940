import { encodeSessionEvent, type SessionLogEvent } from '@holdfast/shared/contracts/session-events.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import { type TaskConfig, taskConfigSchema } from '@holdfast/shared/contracts/task-config.ts';
import type { AssignReason } from '@holdfast/shared/domain/placement/events.ts';
import { TaskConfigStore } from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import { loadTask } from '@holdfast/shared/sessions/load-task.ts';
import type { SessionLogForTest } from '@holdfast/test/support/session-log.ts';

type StoryEvent = {
  readonly at: string;
  /** Trace id of the command behind the event. */
  readonly trace?: string;
} & (
  | { readonly what: 'started' | 'paused' | 'resumed' | 'stopped' | 'failed' }
  | { readonly what: 'assigned'; readonly to: string; readonly reason: AssignReason }
);

export function configOf(taskId: string, devices: readonly string[], periodMs: number): TaskConfig {
  return taskConfigSchema.parse({
    schema_version: 3,
    task_id: taskId,
    task_code: `task-${taskId}`,
    task_name: `Task ${taskId}`,
    config_version: 1,
    period_ms: periodMs,
    devices: devices.map((code, index) => ({
      id: String(index + 1),
      code,
      protocol: 'modbus_tcp',
      connection: { host: '127.0.0.1', port: 502, unit_id: 1, max_registers: 125, max_bits: 2_000 },
      points: [
        {
          ...{ code: 'count', data_type: 'uint16' },
          address: { table: 'holding_register', address: 0, byte_order: 'ABCD' },
        },
      ],
    })),
  });
}

/** Writes the log of a task's first session with given times, and its configuration. Returns the sequences. */
export async function writeStory(
  log: SessionLogForTest,
  config: TaskConfig,
  story: readonly StoryEvent[],
): Promise<number[]> {
  await (await TaskConfigStore.open(log.nc)).put(config);
  const taskId = config.task_id;
  const sessionId = `${taskId}-1`;
  const identity = {
    sessionId,
    taskId,
    taskCode: config.task_code,
    configVersion: config.config_version,
    startedAt: story[0]?.at ?? '',
    by: 'test',
  };
  const eventOf = (event: StoryEvent): SessionLogEvent => {
    switch (event.what) {
      case 'started':
        return { type: 'session.started', ...identity, metadata: {} };
      case 'resumed':
        return { type: 'session.resumed', ...identity, reason: 'resume' };
      case 'paused':
      case 'stopped':
        return { type: `session.${event.what}`, ...identity, reason: 'test' };
      case 'failed':
        return { type: 'session.failed', ...identity, reason: 'test', cause: 'passing', attempt: 0 };
      case 'assigned':
        return {
          type: 'session.assigned',
          sessionId,
          taskId,
          collectorId: event.to,
          configVersion: identity.configVersion,
          reason: event.reason,
          refusals: 0,
        };
    }
  };
  const sequences: number[] = [];
  for (const [index, event] of story.entries()) {
    const { lastLifecycle, lastPlacement } = await loadTask(log.store, taskId);
    const envelope = encodeSessionEvent(eventOf(event), {
      id: `told-${sessionId}-${index}`,
      time: event.at,
      source: '/holdfast/test',
      traceparent: event.trace && `00-${event.trace}-00f067aa0ba902b7-01`,
    });
    const isPlacement = event.what === 'assigned';
    const subject = isPlacement ? subjects.placement(taskId) : subjects.lifecycle(taskId);
    sequences.push(await log.store.append(subject, envelope, isPlacement ? lastPlacement : lastLifecycle));
  }
  return sequences;
}
