import { both } from '@holdfast/driver/form-words.ts';
import { decodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { devicePeriodMs } from '@holdfast/shared/domain/rates/device-rates.ts';
import type { EventStore } from '@holdfast/shared/event-store/event-store.ts';
import { type PollingPlans, planIfKnown } from '../../configuration/polling-plans.ts';
import type { TaskContent } from '../../configuration/task-snapshot.ts';
import type { CommandStores } from '../../ports.ts';
import { Problem } from '../../problems/problem.ts';

export interface VersionsOfSession {
  readonly plans: Pick<PollingPlans, 'of'>;
}

/**
 * Refuses a content under which a device of the session would have ticks of another length, or be another device under the same
 * code: what a session has read is accounted for by device and tick.
 * @throws Problem, StoreUnavailable, DatabaseUnavailable, BrokerUnavailable
 */
export async function requireSameDevices(
  { plans }: VersionsOfSession,
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
  const versions = await versionsOf(events, taskId, sessionId);
  const ids = new Map(from.devices.map(({ code, id }) => [code, id]));
  // Only snapshots tell which device a code once was, and they are large.
  if (next.devices.some(({ code }) => !ids.has(code))) {
    for (const version of versions) {
      const loaded = await taskConfigs.load(taskId, version);
      for (const { code, id } of loaded.ok ? loaded.config.devices : []) {
        if (!ids.has(code)) ids.set(code, id);
      }
    }
  }
  const exchanged = next.devices.find(({ code, id }) => ids.has(code) && ids.get(code) !== id);
  if (exchanged) {
    throw cannotRun(
      exchanged.code,
      both(
        `Device ${exchanged.code} was deleted and made anew: a session does not exchange one for the other. Give the new one another code`,
        `设备 ${exchanged.code} 已删除并重新创建：会话不能以一台替换另一台。请给新设备另一个代码`,
      ),
    );
  }
  const periods = new Map<string, number>();
  for (const version of versions) {
    const plan = await planIfKnown(plans, { task_id: Number(taskId), config_version: version });
    for (const { code, periodMs } of plan?.devices ?? []) periods.set(code, periodMs);
  }
  for (const { code, points } of next.devices) {
    const before = periods.get(code);
    const periodMs = devicePeriodMs(next.period_ms, points);
    if (before === undefined || before === periodMs) continue;
    throw cannotRun(
      code,
      both(
        `Device ${code} would be read every ${periodMs} ms, and session ${sessionId} has read it every ${before} ms. A session keeps the period of a device: set it back`,
        `设备 ${code} 将每 ${periodMs} 毫秒读取一次，而会话 ${sessionId} 一直每 ${before} 毫秒读取一次。会话中设备的周期不变：请改回原周期`,
      ),
    );
  }
}

function cannotRun(device: string, why: { readonly en: string; readonly zh: string }): Problem {
  return new Problem(
    'cannot_run',
    both(
      `${why.en}, or stop the session and start its task anew.`,
      `${why.zh}，或停止会话并重新启动其任务。`,
    ),
    { device },
  );
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
