import { decodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { EventStore } from '@holdfast/shared/event-store/event-store.ts';
import type { TaskContent } from '../../configuration/task-snapshot.ts';
import type { CommandStores } from '../../ports.ts';
import { Problem } from '../../problems/problem.ts';
import { sessionsText } from '../texts.ts';

/**
 * Refuses a content in which a code of the session's devices would mean another device: what a session has read is
 * accounted for by device code.
 * @throws Problem, StoreUnavailable, BrokerUnavailable
 */
export async function requireSameDevices(
  { events, taskConfigs }: Pick<CommandStores, 'events' | 'taskConfigs'>,
  {
    sessionId,
    taskId,
    from,
    next,
  }: {
    readonly sessionId: string;
    readonly taskId: string;
    readonly from: TaskConfig;
    readonly next: TaskContent;
  },
): Promise<void> {
  const ids = new Map(from.devices.map(({ code, id }) => [code, id]));
  // Only snapshots show which device a code once was, and they are large.
  if (next.devices.some(({ code }) => !ids.has(code))) {
    for (const version of await versionsOf(events, taskId, sessionId)) {
      const loaded = await taskConfigs.load(taskId, version);
      for (const { code, id } of loaded.ok ? loaded.config.devices : []) {
        if (!ids.has(code)) ids.set(code, id);
      }
    }
  }
  const exchanged = next.devices.find(({ code, id }) => ids.has(code) && ids.get(code) !== id);
  if (!exchanged) return;
  const { code } = exchanged;
  throw new Problem('cannot_run', sessionsText('cannot_run', { code }), {
    device: code,
  });
}

async function versionsOf(
  events: EventStore,
  taskId: string,
  sessionId: string,
): Promise<ReadonlySet<number>> {
  const versions = new Set<number>();
  for await (const { message } of events.read(subjects.lifecycle(taskId))) {
    const decoded = decodeSessionEvent(message);
    if (decoded.kind === 'lifecycle' && decoded.event.sessionId === sessionId) {
      versions.add(decoded.event.configVersion);
    }
  }
  return versions;
}
