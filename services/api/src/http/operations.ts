/** Part of the API, in the order in which the document shows them. */
export const tags = {
  Sessions: 'What is acquired now and what was: commands, state, events',
  Data: 'Values, gaps and live samples',
  Configuration: 'Sites, devices, points and tasks',
  Devices: 'Asking a device now, through a collector',
  System: 'Collectors, sinks and what could not be processed',
  Access: 'API keys and the audit log',
  Service: 'Health, metrics and this document',
} as const;

export interface Operation {
  readonly tag: keyof typeof tags;
  readonly summary: string;
  /** Takes Idempotency-Key. */
  readonly isIdempotent?: boolean;
  /** Gives an ETag (GET) or takes If-Match. */
  readonly hasVersion?: boolean;
  /** Statuses of problems that calls like it do not have. */
  readonly problems?: Readonly<Record<number, string>>;
}

const notThere = { 404: 'There is no such thing' };
const silentCollector = { 504: 'The collector gave no answer in time' };

const of =
  (tag: Operation['tag'], more: Omit<Operation, 'tag' | 'summary'> = {}) =>
  (summary: string): Operation => ({ tag, summary, ...more });
const sessions = of('Sessions');
const command = of('Sessions', { isIdempotent: true });
const data = of('Data');
const devices = of('Devices');
const system = of('System');
const access = of('Access');
const service = of('Service');

const configuration = (['site', 'device', 'point', 'task'] as const).flatMap((kind) => {
  const list = of('Configuration');
  const creation = of('Configuration', { isIdempotent: true });
  const one = of('Configuration', { hasVersion: true });
  return [
    [`GET /api/config/${kind}s`, list(`List ${kind}s`)] as const,
    [
      `POST /api/config/${kind}s`,
      creation(kind === 'point' ? 'Create a point, or many at once' : `Create a ${kind}`),
    ] as const,
    [`GET /api/config/${kind}s/{id}`, one(`Read a ${kind}`)] as const,
    [`PATCH /api/config/${kind}s/{id}`, one(`Change a ${kind}`)] as const,
    [`DELETE /api/config/${kind}s/{id}`, one(`Delete a ${kind} that nothing refers to`)] as const,
  ];
});

/** The calls by method and path. One that is missing here keeps the API from starting. */
export const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['GET /health/live', service('Whether the process lives')],
  ['GET /health/ready', service('Whether it can serve, and each thing that it depends on')],
  ['GET /metrics', service('Metrics for Prometheus')],

  [
    'POST /api/acquisition/sessions/start-task',
    of('Sessions', { isIdempotent: true, problems: notThere })('Start a session of a task'),
  ],
  ['POST /api/acquisition/sessions/{id}/stop', command('Stop a session for good')],
  ['POST /api/acquisition/sessions/{id}/pause', command('Pause a session')],
  ['POST /api/acquisition/sessions/{id}/resume', command('Resume a paused session')],
  [
    'POST /api/acquisition/sessions/{id}/recover',
    command('Place a session again, or take up one that failed'),
  ],
  ['GET /api/acquisition/sessions', sessions('List sessions, newest first')],
  ['GET /api/acquisition/sessions/active', sessions('List sessions that run, all of them')],
  ['GET /api/acquisition/sessions/{id}', sessions('Read a session, now or as it was')],
  ['GET /api/acquisition/sessions/{id}/status', sessions('Read a session with counters and device health')],
  ['GET /api/acquisition/sessions/{id}/events', sessions('List the events of a session')],
  ['GET /api/acquisition/recovery', sessions('Compare what should run with what does')],

  [
    'GET /api/acquisition/sessions/point-history',
    of('Data', { problems: notThere })('Read stored values of a point'),
  ],
  ['GET /api/acquisition/sessions/{id}/gaps', data('List ticks without a sample, and why')],
  ['GET /api/acquisition/sessions/{id}/completeness', data('Count expected, stored and missing ticks')],
  ['GET /api/acquisition/live', of('Data', { problems: notThere })('Follow samples as server-sent events')],

  ...configuration,

  [
    'POST /api/acquisition/points/{id}/write',
    of('Devices', {
      isIdempotent: true,
      problems: {
        502: 'The device refused it or could not be reached; nothing was written',
        504: 'It is not known whether the value was written',
      },
    })('Write a point, once'),
  ],
  [
    'POST /api/config/devices/{id}/test',
    of('Devices', { problems: silentCollector })('Read every point of a device once'),
  ],
  [
    'POST /api/config/devices/{id}/apply-learned-limits',
    of('Configuration', { hasVersion: true })('Narrow the limits of a device by what it has refused'),
  ],
  ['POST /api/config/tasks/{id}/plan', devices('Work out what reading a task asks of its buses')],

  ['GET /api/system/sinks', system('How samples get into their database')],
  ['GET /api/system/collectors', system('List collectors')],
  [
    'POST /api/system/collectors/{id}/drain',
    of('System', { problems: silentCollector })('Have others take the sessions of a collector'),
  ],
  [
    'POST /api/system/collectors/{id}/undrain',
    of('System', { problems: silentCollector })('Let a drained collector work again'),
  ],
  ['GET /api/system/quarantine', system('List what could not be processed')],
  ['GET /api/system/quarantine/{sequence}', system('Read a quarantined message')],
  ['POST /api/system/quarantine/{sequence}/send-again', system('Process a quarantined message again')],
  ['DELETE /api/system/quarantine/{sequence}', system('Delete a quarantined message')],
  ['POST /api/system/quarantine/send-again', system('Process many quarantined messages again')],
  ['DELETE /api/system/quarantine', system('Delete many quarantined messages')],

  ['GET /api/system/cleanup', system('List ended sessions that a cleanup would remove')],
  ['POST /api/system/cleanup', system('Remove ended sessions from the read model')],

  ['GET /api/system/keys', access('List API keys')],
  ['POST /api/system/keys', access('Make an API key; its secret is told this once')],
  ['DELETE /api/system/keys/{id}', access('Revoke an API key')],
  ['GET /api/system/audit', access('Read who changed what, and who was refused')],
]);
