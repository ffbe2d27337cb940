import type { SessionAssigned } from '@holdfast/shared/domain/placement/events.ts';
import { EpochBook, type LoggedAt } from '@holdfast/shared/sessions/epoch-book.ts';
import type { Snapshots } from '../../ports.ts';
import { Admission, type AdmissionOptions } from '../admission.ts';
import { Gate } from '../gate.ts';
import { PostponedSamples } from '../postponed-samples.ts';

/** Session 1 of task 1, given to collector 1. */
export function placedSo(changes: Partial<SessionAssigned> = {}): LoggedAt {
  const placement: SessionAssigned = {
    type: 'session.assigned',
    sessionId: 'session-1',
    taskId: 'task-1',
    collectorId: 'collector-1',
    configVersion: 1,
    reason: 'start',
    refusals: 0,
    ...changes,
  };
  return { kind: 'placed', placement, sinceMs: 0 };
}

/** Task 1 in every version: press 1, with the points that the samples of tests have. */
export const snapshots: Snapshots = {
  load: async (taskId, configVersion) => ({
    ok: true,
    config: {
      ...{
        schema_version: 3,
        task_id: taskId,
        task_code: 'presses',
        task_name: '',
        config_version: configVersion,
      },
      period_ms: 1_000,
      devices: [
        {
          ...{ id: 'device-1', code: 'press-1', name: '', site_code: 'north' },
          ...{ protocol: 'modbus_tcp', mode: 'polled', timeout_ms: 1_000, connection: { host: '127.0.0.1' } },
          points: ['temperature', 'mode', 'count'].map((code, address) => ({
            ...{ code, name: '', address: { table: 'holding_register', address }, data_type: 'int16' },
            ...{ scale: 1, offset: 0, unit: '' },
          })),
        },
      ],
    },
  }),
};

/** No session ever had its configuration changed. */
export const unchanged = { had: async () => false, forget: () => undefined };

interface GateForTestOptions {
  readonly atMost?: number;
  readonly nowMs?: () => number;
  readonly versions?: AdmissionOptions['versions'];
}

/** @param lookUp what the log has; unless said otherwise, session 1 was given to collector 1 under every epoch */
export function gateForTest(
  lookUp: (epoch: number) => Promise<LoggedAt> = async () => placedSo(),
  options: GateForTestOptions = {},
): Gate {
  return gateAndAdmissionForTest(lookUp, options).gate;
}

export function gateAndAdmissionForTest(
  lookUp: (epoch: number) => Promise<LoggedAt>,
  { atMost = 10, nowMs, versions = unchanged }: GateForTestOptions = {},
): { readonly gate: Gate; readonly admission: Admission } {
  const clock = nowMs ? { nowMs } : {};
  const epochs = new EpochBook({ lookUp, ...clock });
  const admission = new Admission({ epochs, snapshots, versions, ...clock });
  const early = new PostponedSamples({ atMost, ...clock });
  const outage = { failed: () => undefined, worked: () => undefined };
  return { gate: new Gate({ admission, early, outage }), admission };
}
