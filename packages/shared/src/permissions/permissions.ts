import { refusedWrite } from '../contracts/audit-entry.ts';
import {
  alarmsLeaderKey,
  bucketNames,
  durableNames,
  inboxPrefix,
  leaderKey,
  sampleSources,
  statusKey,
  streamNames,
  subjects,
} from '../contracts/subjects.ts';

/** The identities that the broker knows. Each has a key of its own and may publish and hear just what it needs. */
export const services = [
  'api',
  'supervisor',
  'collector',
  'writer',
  'alarms',
  'backup',
  'restore',
  'operator',
] as const;
export type Service = (typeof services)[number];

/**
 * In addition to the services, whoever maintains the streams: changes their sizes and copies, has them delivered again,
 * removes one. This key does not exist by default; it is made for the occasion and taken away afterwards.
 */
export const maintenance = 'maintenance';
export type Holder = Service | typeof maintenance;

/**
 * Subscribing to what goes into a stream is never allowed, not even to look: a consumer can be made to deliver to any
 * subject, and the broker does so when a client listens there. So whoever may make a consumer could bring messages into
 * SESSIONS (measured with nats-server 2.10). Consumers are the way to look, and they deliver into inboxes.
 */
export interface Permissions {
  readonly publish: { readonly allow: readonly string[]; readonly deny?: readonly string[] };
  readonly subscribe: { readonly allow: readonly string[] };
  /** Subjects of requests, among those that it may hear. It may answer each request once, wherever that came from. */
  readonly answers: readonly string[];
}

/** Every collector; ids are tokens, so a wildcard stands for any of them. */
export const anyCollector = '*';

const { sessions, assignments, samples, sent, health, quarantine, audit, auditRefused, alarms } = streamNames;
const taskConfigs = `OBJ_${bucketNames.taskConfigs}`;
const kv = (bucket: string) => `KV_${bucket}`;
const boards = [kv(bucketNames.status), kv(bucketNames.waiting), kv(bucketNames.sinks)];
const leases = [kv(bucketNames.collectors), kv(bucketNames.leader)];
const apiKeys = kv(bucketNames.apiKeys);
const commandKeys = kv(bucketNames.commandKeys);
const users = kv(bucketNames.users);
/** Keys, and people with their logins and the links by which they begin. */
const access = [apiKeys, users, kv(bucketNames.logins), kv(bucketNames.links)];
const begunLogins = kv(bucketNames.begunLogins);
/** Buckets of the API alone: who may do what, logins that were begun, and commands that were answered. */
const ofApi = [...access, begunLogins, commandKeys];
/** Streams that the API shows. */
const ofShown = [
  sessions,
  samples,
  quarantine,
  audit,
  auditRefused,
  alarms,
  taskConfigs,
  ...access,
  ...leases,
  ...boards,
];
const everyStream = [...Object.values(streamNames), ...leases, ...boards, taskConfigs, ...ofApi];

/** Streams that a collector waits for at its start, and may ask about. */
export const streamsOfCollector = [
  ...[sessions, assignments, samples, health, taskConfigs],
  ...[kv(bucketNames.collectors), kv(bucketNames.status), kv(bucketNames.sinks)],
];

const api = '$JS.API';
/** Requests of every service at its start: is JetStream on, and are the streams as they have to be? */
const probe = [`${api}.INFO`, `${api}.STREAM.INFO.*`];
/** These ask about named streams only: the answer also lists a stream's subjects, and those of a bucket are its keys. */
const probesItself: readonly Holder[] = ['collector', 'operator'];
const makeStreams = everyStream.map((stream) => `${api}.STREAM.CREATE.${stream}`);

/** Single messages of a stream, by sequence or by subject, as its leader has them. */
const read = (stream: string) => [`${api}.STREAM.MSG.GET.${stream}`];

/**
 * Consumers of this stream that no other client has: their names are random, and are never published. The broker cannot
 * match part of a name, so durables of others are denied one by one, see `denyDurable`.
 */
const follow = (stream: string) => [
  `${api}.CONSUMER.CREATE.${stream}`,
  `${api}.CONSUMER.CREATE.${stream}.>`,
  `${api}.CONSUMER.INFO.${stream}.*`,
  `${api}.CONSUMER.DELETE.${stream}.*`,
  `${api}.CONSUMER.MSG.NEXT.${stream}.*`,
  `$JS.ACK.${stream}.>`,
  `$JS.FC.${stream}.>`,
];

/** One durable consumer: made, asked about, read from and acknowledged. */
const durable = (stream: string, name: string) => [
  `${api}.CONSUMER.CREATE.${stream}.${name}`,
  `${api}.CONSUMER.INFO.${stream}.${name}`,
  `${api}.CONSUMER.DELETE.${stream}.${name}`,
  `${api}.CONSUMER.MSG.NEXT.${stream}.${name}`,
  `$JS.ACK.${stream}.${name}.>`,
];

/**
 * Denied, although `follow` would allow it: making another consumer of another client's durable, and taking its
 * messages.
 */
const denyTaking = (stream: string, name: string) => [
  `${api}.CONSUMER.CREATE.${stream}.${name}`,
  `${api}.CONSUMER.CREATE.${stream}.${name}.>`,
  `${api}.CONSUMER.MSG.NEXT.${stream}.${name}`,
  `$JS.ACK.${stream}.${name}.>`,
];

/** The same, and ending the durable. */
const denyDurable = (stream: string, name: string) => [
  ...denyTaking(stream, name),
  `${api}.CONSUMER.DELETE.${stream}.${name}`,
];

/** Streams that an operator looks at. */
const visibleStreams = everyStream.filter((stream) => !ofApi.includes(stream));

/** Streams that an operator may have consumers on: not ASSIGNMENTS, where each message goes to one consumer. */
const followed = visibleStreams.filter((stream) => stream !== assignments);

/**
 * Done on behalf of those who may not do it themselves, see `consumer-request.ts` and `consumer-use.ts`: consumers of
 * operators are made, pulled from and ended, those of collectors with accounts of their own are made.
 */
const consumersOfOthers = [...followed.flatMap(follow), `${api}.CONSUMER.CREATE.${assignments}.>`].filter(
  (subject) => !subject.startsWith('$JS.ACK.'),
);

/** Questions that change nothing and take nothing from anybody. */
const looks = [
  `${api}.INFO`,
  `${api}.STREAM.NAMES`,
  `${api}.STREAM.LIST`,
  ...visibleStreams.flatMap((stream) => [
    `${api}.STREAM.INFO.${stream}`,
    `${api}.CONSUMER.NAMES.${stream}`,
    `${api}.CONSUMER.LIST.${stream}`,
  ]),
  `${api}.CONSUMER.INFO.${assignments}.*`,
  ...visibleStreams.flatMap(read),
  // The tool asks in this way whether there is an object to list, and waits for ever if that is refused.
  `${api}.DIRECT.GET.${taskConfigs}.$O.${bucketNames.taskConfigs}.M.>`,
  // It reads keys of this bucket in the same way.
  `${api}.DIRECT.GET.${kv(bucketNames.collectors)}.$KV.${bucketNames.collectors}.*`,
];

/** One key of a bucket that allows this, as any copy of it has it. */
const readKey = (bucket: string, key: string) => `${api}.DIRECT.GET.${kv(bucket)}.${write(bucket, key)}`;

const write = (bucket: string, key = '>') => `$KV.${bucket}.${key}`;

/** Denies one collector's work by any consumer; `ofCollector` allows the right one only. */
const denyWork = (id: string) => [
  ...denyDurable(assignments, durableNames.collector(id)),
  `${api}.CONSUMER.CREATE.${assignments}.*.${subjects.assignmentsOf(id)}`,
  `${api}.CONSUMER.CREATE.${assignments}.*.${subjects.assignmentsOf(id).replace('*', '>')}`,
];

/**
 * Everything whose name holds a collector's id: the consumers by which it is given work and events, its lease, its
 * report.
 */
function ofCollector(id: string): string[] {
  const name = id === anyCollector ? anyCollector : durableNames.collector(id);
  return [
    `${api}.CONSUMER.CREATE.${assignments}.${name}.${subjects.assignmentsOf(id)}`,
    `${api}.CONSUMER.INFO.${assignments}.${name}`,
    `${api}.CONSUMER.DELETE.${assignments}.${name}`,
    `$JS.ACK.${assignments}.${name}.>`,
    `${api}.CONSUMER.CREATE.${sessions}.${name}`,
    `${api}.CONSUMER.DELETE.${sessions}.${name}`,
    `$JS.FC.${sessions}.${name}.*`,
    write(bucketNames.collectors, id),
    readKey(bucketNames.collectors, id),
    write(bucketNames.sinks, `outbox.${id}`),
    write(bucketNames.status, statusKey(id, '*')),
    write(bucketNames.status, statusKey(id, '*', '*')),
    subjects.sample(id, '*', '*'),
    subjects.sent(id, '*', '*'),
    subjects.health(id, '*', '*'),
  ];
}

/**
 * @param collectorId of a collector; any collector without it
 * @param reserved ids of collectors that have identities of their own, for which an identity of any collector may not
 *   speak
 */
export function permissionsOf(
  service: Holder,
  { collectorId = anyCollector, reserved = [] }: { collectorId?: string; reserved?: readonly string[] } = {},
): Permissions {
  const { publish, deny = [], subscribe = [], answers = [] } = parts[service](collectorId, reserved);
  const inbox =
    service === 'collector' && collectorId !== anyCollector
      ? inboxPrefix(`collector-${collectorId}`)
      : inboxPrefix(service);
  return {
    publish: {
      allow: [...new Set([...(probesItself.includes(service) ? [] : probe), ...publish])],
      ...(deny.length > 0 && { deny }),
    },
    subscribe: { allow: [`${inbox}.>`, ...subscribe, ...answers] },
    answers,
  };
}

interface Parts {
  readonly publish: readonly string[];
  readonly deny?: readonly string[];
  readonly subscribe?: readonly string[];
  readonly answers?: readonly string[];
}

const parts: Readonly<Record<Holder, (collectorId: string, reserved: readonly string[]) => Parts>> = {
  /** Appends commands, keeps snapshots, reads everything that it shows. */
  api: () => ({
    publish: [
      ...makeStreams,
      subjects.lifecycle('*'),
      subjects.deviceCall('*'),
      subjects.addressesCall('*'),
      subjects.allAudit,
      subjects.allAuditRefused,
      // What users do with alarms.
      subjects.allAlarms,
      // Messages from quarantine that are sent again.
      subjects.samplesAgain('*', '*'),
      `$O.${bucketNames.taskConfigs}.>`,
      `${api}.STREAM.PURGE.${taskConfigs}`,
      `${api}.STREAM.MSG.DELETE.${quarantine}`,
      write(bucketNames.apiKeys),
      write(bucketNames.users),
      write(bucketNames.logins),
      write(bucketNames.links),
      write(bucketNames.begunLogins),
      write(bucketNames.commandKeys),
      ...read(commandKeys),
      ...read(begunLogins),
      ...ofShown.flatMap(read),
      ...ofShown.flatMap(follow),
      ...read(health),
      ...follow(health),
      ...consumersOfOthers,
    ],
    deny: denyDurable(samples, durableNames.writer),
    subscribe: [subjects.consumerUses],
    answers: [subjects.consumerRequests, subjects.sampleReads],
  }),

  /** Appends placements, hands out work, judges leases. */
  supervisor: () => ({
    publish: [
      ...makeStreams,
      subjects.placement('*'),
      // A session's failure, or its stop at its time limit.
      subjects.lifecycle('*'),
      subjects.warning('*'),
      subjects.allAssignments,
      subjects.renewalCall,
      subjects.addressesCall('*'),
      subjects.droppedSamples('*'),
      // Leases that were refused.
      subjects.auditRefused(refusedWrite),
      write(bucketNames.collectors),
      write(bucketNames.leader, leaderKey),
      write(bucketNames.waiting),
      `${api}.STREAM.PURGE.${assignments}`,
      ...[sessions, samples, ...leases, ...boards].flatMap(read),
      ...[sessions, samples, ...leases, ...boards].flatMap(follow),
      ...consumersOfOthers,
    ],
    subscribe: [subjects.consumerUses],
    answers: [subjects.consumerRequests, subjects.sampleReads],
    deny: denyDurable(samples, durableNames.writer),
  }),

  /**
   * Takes its own work, reads what its sessions are to do, publishes readings. It never pulls: each request of a
   * consumer leaves an entry in the broker for minutes where it goes from one account into another.
   */
  collector: (collectorId, reserved) => ({
    publish: [
      `${api}.INFO`,
      ...streamsOfCollector.map((stream) => `${api}.STREAM.INFO.${stream}`),
      ...ofCollector(collectorId),
      ...[sessions, samples, taskConfigs].flatMap(read),
    ],
    deny:
      collectorId === anyCollector
        ? [
            ...Object.values(sampleSources).map((source) => subjects.sample(source, '*', '*')),
            ...reserved.flatMap((id) => [...ofCollector(id), ...denyWork(id)]),
          ]
        : [],
    subscribe: [
      subjects.renewalCall,
      // Deliveries to it, of one consumer after the other.
      `${subjects.deliveredWork(collectorId)}.*`,
      `${subjects.deliveredLog(collectorId)}.*`,
    ],
    answers: [subjects.deviceCall(collectorId), subjects.addressesCall(collectorId)],
  }),

  /** Takes readings into the database. */
  writer: () => ({
    publish: [
      ...durable(samples, durableNames.writer),
      // Whose a sample is, and what may be in it.
      ...[sessions, taskConfigs, sent].flatMap(read),
      ...follow(taskConfigs),
      ...follow(sent),
      `${api}.STREAM.MSG.DELETE.${sent}`,
      subjects.quarantine('*'),
      write(bucketNames.sinks, '*'),
    ],
  }),

  /** Raises and clears alarms by what the others record. */
  alarms: () => ({
    publish: [
      subjects.allAlarms,
      write(bucketNames.leader, alarmsLeaderKey),
      ...[sessions, samples, taskConfigs, alarms, ...leases, ...boards].flatMap(read),
      ...[sessions, taskConfigs, alarms, ...leases, ...boards].flatMap(follow),
    ],
  }),

  /** Reads what is saved. */
  backup: () => ({
    publish: [
      `${api}.CONSUMER.LIST.${sessions}`,
      ...[sessions, taskConfigs, alarms, apiKeys, users].flatMap(read),
      ...[sessions, taskConfigs, alarms].flatMap(follow),
    ],
  }),

  /** Fills an empty broker. Only for as long as a restore takes. It may write what it likes into the log. */
  restore: () => ({
    publish: [
      ...makeStreams,
      subjects.allSessions,
      subjects.allAlarms,
      `$O.${bucketNames.taskConfigs}.>`,
      `${api}.STREAM.PURGE.${taskConfigs}`,
      `${api}.CONSUMER.LIST.${sessions}`,
      write(bucketNames.apiKeys),
      write(bucketNames.users),
      ...[sessions, taskConfigs, apiKeys, users].flatMap(read),
      ...[sessions, taskConfigs].flatMap(follow),
    ],
  }),

  /**
   * A person with the NATS command line tool: looks at everything, takes nothing away, writes nothing. Its consumers are
   * made, pulled from and ended by a service; what it acknowledges goes nowhere.
   */
  operator: () => ({
    publish: [...looks, ...followed.flatMap(follow)],
    deny: denyDurable(samples, durableNames.writer),
  }),

  /** With the same tool: what an operator sees, and the streams as such. Writes no message and reads no API key. */
  maintenance: () => ({
    publish: [
      ...looks,
      ...followed.flatMap(follow),
      ...everyStream.flatMap((stream) => [
        `${api}.STREAM.UPDATE.${stream}`,
        `${api}.STREAM.DELETE.${stream}`,
        `${api}.STREAM.LEADER.STEPDOWN.${stream}`,
        `${api}.STREAM.PEER.REMOVE.${stream}`,
        `${api}.CONSUMER.LEADER.STEPDOWN.${stream}.*`,
      ]),
      // A consumer taken from it is recreated by the writer, and everything is delivered once more.
      `${api}.CONSUMER.DELETE.${samples}.${durableNames.writer}`,
    ],
    deny: denyTaking(samples, durableNames.writer),
  }),
};
