import { callForAddresses } from '@holdfast/shared/jetstream/boards/addresses-calls.ts';
import type { ApiConfig } from '../config.ts';
import { readTaskContent } from '../configuration/config-versions.ts';
import { requireHolds } from '../devices/require-holds.ts';
import { taskValidation } from '../devices/task-validation.ts';
import type { Collectors } from '../ports.ts';
import { sessionCommands } from '../sessions/commands/session-commands.ts';
import { endpointClaims } from '../sessions/queries/endpoint-claims.ts';
import { SessionsAfterCommands } from '../sessions/queries/sessions-after-commands.ts';
import type { BrokerParts } from './broker.ts';
import type { Databases } from './databases.ts';
import type { ReadModel } from './read-model.ts';

/** Commands to sessions, whose answers show the session as they left it. */
export function openCommands(
  config: ApiConfig,
  parts: Pick<Databases, 'database'> & BrokerParts & ReadModel & { readonly collectors: Collectors },
) {
  const { database, broker, liveStatus, logGuard, memory, versions, projection, rows, unprojected } = parts;
  return sessionCommands({
    broker: {
      stores: () => {
        const { events, taskConfigs } = broker.stores();
        return { events: unprojected.noting(events), taskConfigs };
      },
    },
    versions,
    projection,
    shownSessions: new SessionsAfterCommands({ database, rows }),
    logGuard,
    memory,
    validateTask: taskValidation({ database, collectors: parts.collectors, liveStatus }),
    changes: {
      ...{
        collectors: parts.collectors,
        claims: endpointClaims(database, async (collectorId, endpoints) =>
          callForAddresses(broker.connection(), collectorId, endpoints),
        ),
      },
      requireHolds: requireHolds({
        ...{ database, liveStatus, taskConfigs: () => broker.stores().taskConfigs },
      }),
      configured: (taskId) => readTaskContent(database, taskId),
      heldAt: (taskId) => liveStatus.lastWord(taskId)?.updated_at,
    },
    readYourWriteMs: config.READ_YOUR_WRITE_MS,
  });
}
