/** Names of streams, buckets and subjects: the wire's table of contents. See docs/nats.md. */
export const streamNames = {
  sessions: 'SESSIONS',
  assignments: 'ASSIGNMENTS',
  samples: 'SAMPLES',
  sent: 'SENT',
  health: 'HEALTH',
  quarantine: 'QUARANTINE',
  audit: 'AUDIT',
} as const;

export const bucketNames = {
  taskConfigs: 'TASK_CONFIGS',
  collectors: 'COLLECTORS',
  leader: 'LEADER',
  status: 'STATUS',
  sinks: 'SINKS',
  waiting: 'WAITING',
  apiKeys: 'API_KEYS',
  commandKeys: 'COMMAND_KEYS',
  users: 'USERS',
  logins: 'LOGINS',
  links: 'LINKS',
  begunLogins: 'BEGUN_LOGINS',
} as const;

export const durableNames = {
  projector: 'projector',
  writer: 'writer',
  collector: (collectorId: string) => `collector-${collectorId}`,
} as const;

/** Key in the LEADER bucket that supervisors compete for. */
export const leaderKey = 'supervisor';

export const subjects = {
  allSessions: 'sessions.>',
  taskEvents: (taskId: string) => `sessions.task.${taskId}.*`,
  lifecycle: (taskId: string) => `sessions.task.${taskId}.lifecycle`,
  placement: (taskId: string) => `sessions.task.${taskId}.placement`,
  /** Changes nothing of the session; releases that do not know it pass over it. */
  warning: (taskId: string) => `sessions.task.${taskId}.warning`,
  /** Says nothing of any task: it only moves the log on after a restore, so that epochs rise above lost ones. */
  restored: 'sessions.restored',

  allAssignments: 'assignments.>',
  assignmentsOf: (collectorId: string) => `assignments.${collectorId}.*`,
  assignment: (collectorId: string, taskId: string) => `assignments.${collectorId}.${taskId}`,

  /** Not stored: asks every collector for a renewal of its lease. */
  renewalCall: 'collectors.renew',

  /** Not stored: a request to one collector, see `device-call.ts`. */
  deviceCall: (collectorId: string) => `collectors.${collectorId}.call`,

  allSamples: 'samples.>',
  samplesOf: (taskId: string) => `samples.${taskId}.*`,
  sample: (taskId: string, deviceId: string) => `samples.${taskId}.${deviceId}`,
  /** Samples that the stream itself had to drop; an id of a device is a number. */
  droppedSamples: (taskId: string) => `samples.${taskId}.dropped`,

  allSent: 'sent.>',
  /** @param sender a token that no other process has */
  sent: (taskId: string, sender: string) => `sent.${taskId}.${sender}`,

  allHealth: 'health.>',
  health: (taskId: string, deviceId: string) => `health.${taskId}.${deviceId}`,

  allQuarantine: 'quarantine.>',
  quarantine: (stream: string) => `quarantine.${stream}`,

  allAudit: 'audit.>',
  /** @param action `<kind>.<verb>` */
  audit: (action: string) => `audit.${action}`,
} as const;

export interface SessionSubject {
  readonly taskId: string;
  readonly aspect: 'lifecycle' | 'placement' | 'warning';
}

export function parseSessionSubject(subject: string): SessionSubject | undefined {
  const match = /^sessions\.task\.([^.]+)\.(lifecycle|placement|warning)$/.exec(subject);
  if (!match?.[1] || !match[2]) return undefined;
  return { taskId: match[1], aspect: match[2] as SessionSubject['aspect'] };
}

export interface AssignmentSubject {
  readonly collectorId: string;
  readonly taskId: string;
}

export function parseAssignmentSubject(subject: string): AssignmentSubject | undefined {
  const match = /^assignments\.([^.]+)\.([^.]+)$/.exec(subject);
  if (!match?.[1] || !match[2]) return undefined;
  return { collectorId: match[1], taskId: match[2] };
}

/** Ids become subject tokens and KV keys, so they may hold neither dots, blanks nor wildcards. */
export const idPattern = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Under which a connection of this name gets its answers: `_INBOX.<service>` and, for `<service>-<which>`,
 * `_INBOX.<service>.<which>`. Tokens, so that the broker's permissions can name those of one service.
 */
export function inboxPrefix(connectionName: string): string {
  const [service = '', ...which] = connectionName.replace(/[^A-Za-z0-9_-]/g, '_').split('-');
  return ['_INBOX', service, ...(which.length > 0 ? [which.join('-')] : [])].join('.');
}
