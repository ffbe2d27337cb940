import type { Command } from './command.ts';
import { accessCommands } from './commands/access.ts';
import { bulkChanges } from './commands/bulk-changes.ts';
import { changeSetCommands } from './commands/change-sets.ts';
import { checkRecovery } from './commands/check-recovery.ts';
import { cleanup } from './commands/cleanup.ts';
import { completion } from './commands/completion.ts';
import { configurationLists } from './commands/configuration-lists.ts';
import { configurationTransfer } from './commands/configuration-transfer.ts';
import { deviceHealth } from './commands/device-health.ts';
import { evidence } from './commands/evidence.ts';
import { exportValues } from './commands/export-values.ts';
import { firstLink } from './commands/first-link.ts';
import { listMappings } from './commands/list-mappings.ts';
import { listPoints } from './commands/list-points.ts';
import { loginCommands } from './commands/login.ts';
import { otherPrograms } from './commands/other-programs.ts';
import { pointLists } from './commands/point-lists.ts';
import { pointValues } from './commands/point-values.ts';
import { protocols } from './commands/protocols.ts';
import { sessionCommands } from './commands/session-commands.ts';
import { sessionLists } from './commands/session-lists.ts';
import { systemLists } from './commands/system-lists.ts';
import { taskVersions } from './commands/task-versions.ts';
import { userCommands } from './commands/users.ts';
import { watch } from './commands/watch.ts';
import { writePoint } from './commands/write-point.ts';

/** All of them, in the order in which help and docs/reference/cli.md show them. */
export const commands: readonly Command[] = [
  ...sessionLists,
  ...sessionCommands,
  watch,
  ...evidence,
  checkRecovery,
  ...configurationLists,
  ...taskVersions,
  ...bulkChanges,
  deviceHealth,
  listPoints,
  pointValues,
  exportValues,
  ...pointLists,
  ...listMappings,
  writePoint,
  protocols,
  ...configurationTransfer,
  ...changeSetCommands,
  ...systemLists,
  cleanup,
  ...loginCommands,
  ...userCommands,
  firstLink,
  ...accessCommands,
  ...otherPrograms,
  completion(() => commands),
];
