/** Names of streams, buckets and subjects: the wire's table of contents. See docs/nats.md. */
export const streamNames = {
  sessions: 'SESSIONS',
  assignments: 'ASSIGNMENTS',
  samples: 'SAMPLES',
  sent: 'SENT',
  health: 'HEALTH',
  quarantine: 'QUARANTINE',
  audit: 'AUDIT',
  auditRefused: 'AUDIT_REFUSED',
  alarms: 'ALARMS',
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
  writer: 'writer',
  /** The name of a collector's consumer on ASSIGNMENTS, and of the one by which it follows SESSIONS. */
  collector: (collectorId: string) => `collector-${collectorId}`,
} as const;

/** Key in the LEADER bucket that supervisors compete for. */
export const leaderKey = 'supervisor';
/** The same for the services that raise alarms. */
export const alarmsLeaderKey = 'alarms';

/** Tokens in the place of a collector's id in subjects of samples; no id begins with `_`. */
export const sampleSources = { again: '_again', dropped: '_dropped' } as const;

export const subjects = {
  allSessions: 'sessions.>',
  taskEvents: (taskId: string) => `sessions.task.${taskId}.*`,
  lifecycle: (taskId: string) => `sessions.task.${taskId}.lifecycle`,
  placement: (taskId: string) => `sessions.task.${taskId}.placement`,
  /** Changes nothing of the session; releases that do not know it pass over it. */
  warning: (taskId: string) => `sessions.task.${taskId}.warning`,
  /** Says nothing of any task. It only moves the log on after a restore, so that epochs rise above lost ones. */
  restored: 'sessions.restored',

  allAssignments: 'assignments.>',
  assignmentsOf: (collectorId: string) => `assignments.${collectorId}.*`,
  assignment: (collectorId: string, taskId: string) => `assignments.${collectorId}.${taskId}`,

  /** Not stored: below this the broker delivers to a collector its work and the events of SESSIONS. */
  deliveredTo: (collectorId: string) => `deliver.${collectorId}`,
  deliveredWork: (collectorId: string) => `deliver.${collectorId}.work`,
  deliveredLog: (collectorId: string) => `deliver.${collectorId}.log`,

  /** Not stored: asks every collector for a renewal of its lease. */
  renewalCall: 'collectors.renew',

  /** Not stored: a request to one collector, see `device-call.ts`. */
  deviceCall: (collectorId: string) => `collectors.${collectorId}.call`,
  /** Not stored: a request to one collector, see `addresses-call.ts`. */
  addressesCall: (collectorId: string) => `collectors.${collectorId}.addresses`,

  /** Not stored: a request for a consumer, see `consumer-request.ts`. */
  consumerRequests: 'consumers.>',
  consumerRequestsOf: (account: string) => `consumers.${account}`,

  /** Not stored: a collector with an account of its own reads one message of SAMPLES, see `sample-read.ts`. */
  sampleReads: 'reads.>',
  sampleReadsOf: (account: string) => `reads.${account}`,

  /** Not stored: what an account publishes for a consumer of its own, see `consumer-use.ts`. */
  consumerUses: 'uses.>',
  consumerUsesOf: (account: string) => `uses.${account}`,

  allSamples: 'samples.>',
  samplesOf: (taskId: string) => `samples.*.${taskId}.*`,
  /** The broker lets a collector publish under its own id only, so the id shows whose report it is. */
  sample: (collectorId: string, taskId: string, deviceId: string) =>
    `samples.${collectorId}.${taskId}.${deviceId}`,
  /** Samples from quarantine that the API sends again. */
  samplesAgain: (taskId: string, deviceId: string) => `samples.${sampleSources.again}.${taskId}.${deviceId}`,
  /**
   * Samples that the stream itself had to drop, reported by the supervisor. Not on a device's subject: the newest
   * message there is a reading.
   */
  droppedSamples: (taskId: string) => `samples.${sampleSources.dropped}.${taskId}._all`,

  allSent: 'sent.>',
  /** @param sender a token that no other process of the collector has */
  sent: (collectorId: string, taskId: string, sender: string) => `sent.${collectorId}.${taskId}.${sender}`,

  allHealth: 'health.>',
  health: (collectorId: string, taskId: string, deviceId: string) =>
    `health.${collectorId}.${taskId}.${deviceId}`,

  allQuarantine: 'quarantine.>',
  quarantine: (stream: string) => `quarantine.${stream}`,

  allAudit: 'audit.>',
  /** @param action `<kind>.<verb>` */
  audit: (action: string) => `audit.${action}`,

  /** Kept apart from what was done, so that refused attempts cannot push that out of its log. */
  allAuditRefused: 'audit_refused.>',
  auditRefused: (action: string) => `audit_refused.${action}`,

  allAlarms: 'alarms.>',
  alarm: ({ source, object }: { readonly source: string; readonly object: string }) =>
    `alarms.${source}.${object}`,
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

/** Parts of a subject of SAMPLES, SENT or HEALTH: who published it, of which task, and the device or process. */
export interface PublishedSubject {
  /** A collector's id, or one of `sampleSources`. */
  readonly source: string;
  readonly taskId: string;
  readonly last: string;
}

export function parsePublishedSubject(subject: string): PublishedSubject | undefined {
  const [, source, taskId, last, ...more] = subject.split('.');
  if (!source || !taskId || !last || more.length > 0) return undefined;
  return { source, taskId, last };
}

/**
 * Key in the STATUS bucket: a collector may write only those that begin with its id.
 * @param part counts from 1 the messages with the devices that the first message has no room for
 */
export const statusKey = (collectorId: string, taskId: string, part: number | '*' = 0): string =>
  part === 0 ? `${collectorId}.${taskId}` : `${collectorId}.${taskId}.${part}`;

export function parseStatusKey(
  key: string,
): { collectorId: string; taskId: string; part: number } | undefined {
  const match = /^([^.]+)\.([^.]+)(?:\.([1-9][0-9]{0,3}))?$/.exec(key);
  if (!match?.[1] || !match[2]) return undefined;
  return { collectorId: match[1], taskId: match[2], part: Number(match[3] ?? 0) };
}

/**
 * Ids become subject tokens and KV keys, so they may hold neither dots, blanks nor wildcards. None begins with `_`: such
 * tokens stand for services.
 */
export const idPattern = /^[A-Za-z0-9-][A-Za-z0-9_-]{0,63}$/;

/**
 * Prefix under which a connection of this name gets its answers: `_INBOX.<service>` and, for `<service>-<which>`,
 * `_INBOX.<service>.<which>`. They are whole tokens, so that the broker's permissions can name the inboxes of one
 * service.
 */
export function inboxPrefix(connectionName: string): string {
  const [service = '', ...which] = connectionName.replace(/[^A-Za-z0-9_-]/g, '_').split('-');
  return ['_INBOX', service, ...(which.length > 0 ? [which.join('-')] : [])].join('.');
}

/**
 * Whether a request comes from a service, by where it wants its answer: under the service's own inbox, or, through an import
 * of an account, under `_R_.`, which the broker alone gives. A stored message that a client has the broker deliver (by
 * a get, a pull, or a consumer that pushes) arrives with another reply subject, or without one (tried with nats-server
 * 2.10 to 2.15).
 */
export function isReplyTo(service: 'api' | 'supervisor', reply: string | undefined): boolean {
  return reply !== undefined && (reply.startsWith(`${inboxPrefix(service)}.`) || reply.startsWith('_R_.'));
}
