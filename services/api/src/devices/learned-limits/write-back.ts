import { randomUUID } from 'node:crypto';
import { specs } from '@holdfast/drivers/specs.ts';
import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { OutageLog } from '@holdfast/shared/runtime/outage-log.ts';
import { regularly } from '@holdfast/shared/runtime/regularly.ts';
import type { AuditTrail } from '../../audit/audit-trail.ts';
import { inChange } from '../../database/in-change.ts';
import { applyLimits } from './apply-limits.ts';
import {
  type DeviceLimits,
  type DeviceLimitsSources,
  deviceLimits,
  reportedLimits,
} from './device-limits.ts';

export interface WriteBackOptions extends DeviceLimitsSources {
  readonly audit: Pick<AuditTrail, 'record'>;
  readonly everyMs: number;
  readonly log: Logger;
}

/**
 * Writes what collectors have learned about devices into the connections that allow it, every few seconds in every API
 * process: the first one writes, the others find it done. Running sessions are not touched; the next one begins with it.
 */
export function startWriteBack(options: WriteBackOptions): { stop: Stop } {
  const { log, everyMs } = options;
  /** Limits already dealt with, by device; they are not looked at again until the session reports others. */
  const settled = new Map<string, string>();
  const outage = new OutageLog({
    log,
    level: 'warn',
    began: 'learned limits cannot be written back now; trying again',
  });
  return { stop: regularly({ everyMs, outage }, () => writeBack(options, settled)) };
}

async function writeBack(options: WriteBackOptions, settled: Map<string, string>): Promise<void> {
  const { database, liveStatus, audit, log } = options;
  const limitsByDevice = Map.groupBy(reportedLimits(liveStatus), ({ deviceCode }) => deviceCode);
  for (const code of settled.keys()) if (!limitsByDevice.has(code)) settled.delete(code);
  if (limitsByDevice.size === 0) return;
  const deviceRows = await database
    .selectFrom('devices')
    .select(['id', 'code', 'protocol', 'connection'])
    .where('code', 'in', [...limitsByDevice.keys()])
    .execute();
  for (const { id, code, protocol, connection } of deviceRows) {
    if (!specs.get(protocol)?.learning?.isWrittenBack(connection)) continue;
    const reportedNow = JSON.stringify(limitsByDevice.get(code));
    if (settled.get(code) === reportedNow) continue;
    for (const limits of await deviceLimits(options, code)) {
      if (limits.device.id !== String(id)) continue;
      const about = { device: code, session: limits.sessionId };
      const auditId = randomUUID();
      const by = `collector ${limits.collectorId}`;
      const source = `session ${limits.sessionId}`;
      const { result: applied, set } = await inChange(
        database,
        { by, kind: 'learned', source, auditId },
        (transaction) => applyLimits(transaction, { deviceId: id, limits: [limits], how: 'by_itself' }),
      );
      if (applied.outcome === 'overtaken') {
        log.info(about, `device ${code} was changed meanwhile: its limits stay as they are`);
      }
      if (applied.outcome !== 'changed') continue;
      audit.record({ id: auditId, who: by, ...entryOf(id, limits, applied.change, set) });
      log.info(
        { ...about, ...applied.change },
        `what collector ${limits.collectorId} has learned of device ${code} is in its configuration from now on`,
      );
    }
    settled.set(code, reportedNow);
  }
}

/** The audit entry, as for a change of the device by hand. */
function entryOf(
  deviceId: number,
  { collectorId, sessionId }: DeviceLimits,
  change: object,
  set: number | undefined,
) {
  return {
    v: 1 as const,
    time: new Date().toISOString(),
    actor: { kind: 'service' as const, id: 'collector', name: collectorId },
    from: '',
    action: 'device.update',
    target: `device ${deviceId}`,
    outcome: 'done' as const,
    detail: 'learned limits',
    request_id: '',
    data: { session: sessionId, change_set: set, body: bounded(change) },
  };
}

/** Shortens a change for its audit entry, which is one message. */
function bounded(change: object): object {
  const text = JSON.stringify(change);
  return text.length <= 4_096 ? change : { length: text.length };
}
