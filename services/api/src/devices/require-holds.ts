import type { TaskPlanView } from '@holdfast/shared/contracts/http/task-plan-http.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import { StoreUnavailable } from '@holdfast/shared/event-store/event-store.ts';
import { readTaskContents } from '../configuration/config-versions.ts';
import { specOf } from '../configuration/device-specs.ts';
import type { TaskContent } from '../configuration/task-snapshot.ts';
import { DatabaseUnavailable } from '../database/database-unavailable.ts';
import { BrokerUnavailable } from '../ports.ts';
import { Problem } from '../problems/problem.ts';
import { devicesThatChange } from '../sessions/commands/change-of-devices.ts';
import type { ChangeSources } from '../sessions/commands/session-reconfiguration.ts';
import { tasksRunningBeside } from './endpoint-holders.ts';
import type { DeviceLimitsSources } from './learned-limits/device-limits.ts';
import { measuredRoundTrips } from './measured-round-trips.ts';
import { planTask } from './task-plan.ts';
import { devicesText } from './texts.ts';

const namedAtMost = 5;

/** Calculates with `planTask` what a change demands of the endpoints of added or changed devices. */
export function requireHolds(limitsSources: DeviceLimitsSources): ChangeSources['requireHolds'] {
  const { database } = limitsSources;
  /** Treats a source that cannot be asked now as one that knows nothing. */
  const ifKnown = async <T>(question: Promise<T>, otherwise: T): Promise<T> =>
    question.catch((error: unknown) => {
      const isAway = [DatabaseUnavailable, BrokerUnavailable, StoreUnavailable].some(
        (each) => error instanceof each,
      );
      if (isAway) return otherwise;
      throw error;
    });
  return async ({ sessionId, from, next }) => {
    const { added, changed } = devicesThatChange(from, next);
    const touched = new Set([...added, ...changed].map(({ id }) => id));
    const concerned = new Set([...added, ...changed].map(endpointOf));
    if (concerned.size === 0) return;
    const there = (content: TaskContent): TaskContent => ({
      ...content,
      devices: content.devices.filter((device) => concerned.has(endpointOf(device))),
    });
    const [before, after] = [there(from), there(next)];
    const deviceIds = after.devices.map(({ id }) => Number(id));
    const around = { taskId: Number(next.task_id), deviceIds };
    const others = await ifKnown(
      tasksRunningBeside(database, around).then((ids) => readTaskContents(database, ids)),
      [],
    );
    const codes = new Set(
      [before, after, ...others].flatMap(({ devices }) => devices.map(({ code }) => code)),
    );
    const measured = await ifKnown(measuredRoundTrips(limitsSources, codes), new Map());
    const verdictByEndpoint = new Map(
      planTask(before, undefined, others, measured).endpoints.map(({ endpoint, verdict }) => [
        endpoint,
        verdict,
      ]),
    );
    const untouched = Map.groupBy(
      after.devices.filter(({ id }) => !touched.has(id)),
      endpointOf,
    );
    const overrun = planTask(after, undefined, others, measured).endpoints.filter(
      ({ endpoint, verdict, other_tasks }) =>
        verdict === 'cannot_hold' &&
        verdictByEndpoint.get(endpoint) !== 'cannot_hold' &&
        (other_tasks.length > 0 || untouched.has(endpoint)),
    );
    if (overrun.length > 0) throw cannotHold(sessionId, overrun, untouched);
  };
}

function endpointOf(device: DeviceConfig): string {
  return specOf(device).endpoint(device.connection).key;
}

function cannotHold(
  sessionId: string,
  overrun: TaskPlanView['endpoints'],
  untouched: ReadonlyMap<string, readonly DeviceConfig[]>,
): Problem {
  const [first] = overrun;
  if (!first) throw new Error('nothing overruns');
  const { endpoint, detail, other_tasks } = first;
  const losing = [
    ...(untouched.get(endpoint) ?? []).map(({ code }) => code),
    ...other_tasks.map(({ task_code }) => task_code),
  ];
  const losingNamed = losing.slice(0, namedAtMost);
  const more = losing.length - losingNamed.length;
  return new Problem(
    'cannot_hold',
    devicesText('cannot_hold', {
      ...{ endpoint, detail, named: losingNamed },
      rest: more > 0 ? devicesText('and_more_losing', { more }) : '',
    }),
    {
      session_id: sessionId,
      endpoints: overrun.map((each) => ({
        ...{ endpoint: each.endpoint, busy_share: each.busy_share, detail: each.detail },
      })),
    },
  );
}
