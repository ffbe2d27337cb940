import { openBus } from '@holdfast/driver-modbus/link/testing/open-bus.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import { systemClock } from '@holdfast/shared/runtime/clock.ts';
import { systemTimers } from '@holdfast/shared/runtime/timers.ts';
import { parseOutgoing } from '../../samples/testing/parse-outgoing.ts';
import { Endpoints } from '../endpoints.ts';
import { SessionRunner, type SessionRunnerOptions } from '../session-runner.ts';
import { SteadyClock } from '../steady-clock.ts';
import { modbusOver } from './modbus-links.ts';

/** Polls devices over real connections by the real clock, from now on. */
export function pollReally(
  devices: DeviceConfig[],
  period_ms: number,
  options: Partial<SessionRunnerOptions> = {},
): { readonly samples: Sample[]; readonly runner: SessionRunner } {
  const samples: Sample[] = [];
  const runner = new SessionRunner({
    ...{ sessionId: '1-1', epoch: 2, collectorId: 'c1' },
    config: {
      ...{ schema_version: 3, task_id: '1', task_code: 't', task_name: '', config_version: 1 },
      ...{ period_ms, devices },
    },
    endpoints: new Endpoints(modbusOver((address) => openBus(address))),
    ...{ clock: new SteadyClock(systemClock), timers: systemTimers },
    backoff: { firstMs: 300, maxMs: 1_000 },
    permission: () => true,
    jitter: Math.random,
    onSample: (sample) => samples.push(parseOutgoing(sample)),
    onHealth: () => undefined,
    ...options,
  });
  runner.start(new Map());
  return { samples, runner };
}
