import type { Assignment } from '@holdfast/shared/contracts/assignment.ts';
import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { systemClock } from '@holdfast/shared/runtime/clock.ts';
import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import { systemTimers } from '@holdfast/shared/runtime/timers.ts';
import { publishHealthChanges } from '../adapters/publish-health-changes.ts';
import type { CollectorConfig } from '../config.ts';
import type { Endpoints } from '../polling/endpoints.ts';
import { PointSets } from '../polling/point-sets.ts';
import { SessionRunner, type SessionRunnerOptions } from '../polling/session-runner.ts';
import { SteadyClock } from '../polling/steady-clock.ts';
import type { PollObserver } from '../ports.ts';
import type { Broker } from './broker.ts';

interface PollingParts {
  readonly broker: Broker;
  readonly endpoints: Endpoints;
  readonly mayPoll: () => boolean;
  readonly observer: PollObserver;
  readonly onSample: SessionRunnerOptions['onSample'];
}

/** Makes session runners: each reads the devices of one session from its start to its stop. */
export function openPolling(
  config: CollectorConfig,
  { broker, endpoints, mayPoll, observer, onSample }: PollingParts,
  { log }: ServiceContext,
): (assignment: Assignment, taskConfig: TaskConfig) => SessionRunner {
  const collectorId = config.COLLECTOR_ID;
  const healthChanged = publishHealthChanges({ nc: broker.nc, collectorId, log });
  const pointSets = new PointSets();
  const clock = new SteadyClock(systemClock);
  return ({ session_id: sessionId, epoch, task_id: taskId, config_version: placedVersion }, taskConfig) =>
    new SessionRunner({
      sessionId,
      epoch,
      collectorId,
      config: taskConfig,
      placedVersion,
      endpoints,
      pointSets,
      clock,
      timers: systemTimers,
      backoff: { firstMs: 1_000, maxMs: config.DEVICE_BACKOFF_MAX_MS },
      refusedPauseMs: config.DEVICE_REFUSED_PAUSE_MS,
      permission: mayPoll,
      jitter: Math.random,
      spread: config.POLL_SPREAD_PERCENT / 100,
      observer,
      onFault: ({ device, problem, error }) =>
        log.error(
          { err: error, session: sessionId, device: device.code },
          `device ${device.code}: ${problem}`,
        ),
      onSample,
      onHealth: (transition) => healthChanged({ session: sessionId, task: taskId }, transition),
    });
}
