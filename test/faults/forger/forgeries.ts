import { gzipSync } from 'node:zlib';
import {
  firstSequenceHeader,
  firstSubjectHeader,
  type Sample,
  sampleMessageId,
  trustEpochHeader,
} from '@holdfast/shared/contracts/sample/sample.ts';
import { bucketNames, sampleSources, statusKey, subjects } from '@holdfast/shared/contracts/subjects.ts';
import { messageIdHeader } from '@holdfast/shared/jetstream/connection/plain-headers.ts';
import type { Random } from '../../world/random.ts';
import type { Eavesdropper, Placement, Victim } from './eavesdropper.ts';

export interface ForgedMessage {
  readonly subject: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ForgeryOptions {
  /** The forger's own id, in whose name alone the broker takes anything. */
  readonly id: string;
  readonly victim: Victim;
  readonly eavesdropper: Eavesdropper;
  readonly random: Random;
}

type Forge = (options: ForgeryOptions) => readonly ForgedMessage[];

const hugeEpoch = 1_000_000_000_000;
const hugeTick = 8_000_000_000_000_000;
/** Ticks whose message ids are used up at a time. */
const idsAhead = 8;
/** Messages at a time that are meant to keep others busy. */
const burst = 300;
const daysAhead = 100;
const compressedStatuses = 40;
/** 16 MB of JSON in 16 kB. */
const compressedStatus = gzipSync(JSON.stringify({ v: 1, detail: 'x'.repeat(16_000_000) }));

/** A sample on the forger's own subject, where it may publish; the tick is about to come. */
function onOwnSubject(
  { id, victim, random }: ForgeryOptions,
  changes: Partial<Sample>,
  headers?: Readonly<Record<string, string>>,
): ForgedMessage {
  const { sample } = victim;
  const tick = sample.tick + random.integer(1, 50);
  const forged = { ...sample, tick, time: tick * sample.period_ms, ...changes };
  return {
    subject: subjects.sample(id, sample.task, sample.device_id),
    body: JSON.stringify(forged),
    headers: { [messageIdHeader]: `${sampleMessageId(forged)}/${random.integer(0, 1e9)}`, ...headers },
  };
}

/** A placement of the forger's own that is over, since another one's sample of that session lies in the stream. */
function formerPlacement({ id, eavesdropper, victim: { sample } }: ForgeryOptions): Placement | undefined {
  const isOver = (epoch: number, of: string) =>
    of === sample.session && epoch < sample.epoch && sample.collector !== id;
  return eavesdropper.ownPlacements().findLast((placement) => isOver(placement.epoch, placement.sessionId));
}

function underOwnEpoch(options: ForgeryOptions, changes: Partial<Sample> = {}): ForgedMessage[] {
  const { id } = options;
  const own = formerPlacement(options);
  if (!own) return [];
  const { sessionId: session, epoch } = own;
  return [onOwnSubject(options, { session, epoch, collector: id, ...changes })];
}

/** Samples. Each name says what is wrong with it. */
const samples: Readonly<Record<string, Forge>> = {
  'in the name of the holder': (options) => [onOwnSubject(options, {})],
  'in its own name, under the epoch of the holder': (options) => [
    onOwnSubject(options, { collector: options.id }),
  ],
  'under an epoch to come': (options) => [
    onOwnSubject(options, {
      epoch: options.eavesdropper.lastEvent + options.random.integer(1, 5),
      collector: options.id,
    }),
  ],
  'under an epoch far away': (options) => [
    onOwnSubject(options, { epoch: hugeEpoch, collector: options.id }),
  ],
  'under a former epoch of another': (options) => [
    onOwnSubject(options, { epoch: options.random.pick(options.eavesdropper.placements).epoch }),
  ],
  'under an event that gives nothing to anybody': (options) => [
    onOwnSubject(options, { epoch: 1, collector: options.id }),
  ],
  'of ticks for ever': (options) => [
    onOwnSubject(options, {
      through_tick: hugeTick,
      since_tick: 0,
      miss: { cause: 'buffer_full', detail: 'forged' },
    }),
  ],
  'with the headers of quarantine': (options) => {
    const { task, device_id, collector } = options.victim.sample;
    return [
      onOwnSubject(
        options,
        {},
        {
          [firstSequenceHeader]: '1',
          [firstSubjectHeader]: subjects.sample(collector, task, device_id),
          [trustEpochHeader]: 'true',
        },
      ),
    ];
  },
  'with the header of a copy': (options) => [onOwnSubject(options, {}, { 'Nats-Stream': 'SAMPLES' })],
  'with the message ids of ticks to come': ({ id, victim: { sample } }) =>
    Array.from({ length: idsAhead }, (_, ahead) => ({
      subject: subjects.sample(id, sample.task, sample.device_id),
      body: 'nothing',
      headers: { [messageIdHeader]: sampleMessageId({ ...sample, tick: sample.tick + ahead + 1 }) },
    })),
  'of 700 kB': (options) => [onOwnSubject(options, { values: { count: 1, constant: 'x'.repeat(700_000) } })],
  'that is none': ({ id, random, victim: { sample } }) => [
    {
      subject: subjects.sample(id, sample.task, sample.device_id),
      body: random.pick([
        '',
        'no JSON',
        '[]',
        'null',
        '"text"',
        JSON.stringify({ ...sample, v: 3 }),
        JSON.stringify({ ...sample, session: '\0' }),
        JSON.stringify({ ...sample, values: { count: null } }),
        JSON.stringify(sample).replace('{', '{"__proto__":{"v":1},"epoch":1e999,'),
        '['.repeat(50_000),
      ]),
    },
  ],
  'of invented sessions': (options) =>
    Array.from({ length: burst }, (_, number) =>
      onOwnSubject(options, {
        collector: options.id,
        session: `${options.victim.sample.task}-${1e6 + number}`,
      }),
    ),
  'on subjects of other devices': (options) => [
    { ...onOwnSubject(options, {}), subject: subjects.sample(options.id, '999999', 'x') },
  ],
};

/** Samples of tasks that the forger once had, as far as its own epochs go. */
const underOwnEpochs: Readonly<Record<string, Forge>> = {
  'under its own former epoch': (options) => underOwnEpoch(options),
  'under its own former epoch, ticks for ever': (options) =>
    underOwnEpoch(options, { through_tick: hugeTick, miss: { cause: 'buffer_full', detail: 'forged' } }),
  'under its own former epoch, ticks for thousands of years': (options) => {
    const through_tick = Math.floor(Date.UTC(9_000) / options.victim.sample.period_ms);
    return underOwnEpoch(options, { through_tick, miss: { cause: 'buffer_full', detail: 'forged' } });
  },
  'under its own former epoch, on days to come': (options) =>
    Array.from({ length: daysAhead }, (_, day) => {
      const { period_ms } = options.victim.sample;
      const tick = Math.floor((Date.now() + (day + 1) * 86_400_000) / period_ms);
      return underOwnEpoch(options, { tick, time: tick * period_ms });
    }).flat(),
  'under its own former epoch, of the session of another': (options) =>
    underOwnEpoch(options, { session: `${options.victim.sample.session}-x` }),
  'under its own former epoch, of another task': (options) => underOwnEpoch(options, { task: '999999' }),
  'under its own former epoch, of another device': (options) =>
    underOwnEpoch(options, { device_id: '999999' }),
  'under its own former epoch, of another code': (options) =>
    underOwnEpoch(options, { device: 'press-of-nobody' }),
  'under its own former epoch, of a point that is none': (options) =>
    underOwnEpoch(options, { values: { count: 1, forged: 1 } }),
  'under its own former epoch, of another site and measurement': (options) =>
    underOwnEpoch(options, { site: 'elsewhere', measurement: 'elsewhere' }),
};

/** The same for what it says that it has sent. */
const wordsUnderOwnEpochs: Readonly<Record<string, Forge>> = {
  'what was sent under its own former epoch': (options) => {
    const { id, random, victim } = options;
    const own = formerPlacement(options);
    if (!own) return [];
    const { task, device, tick, period_ms } = victim.sample;
    const record = {
      ...{ v: 1, session: own.sessionId, epoch: own.epoch, collector: id, ended: true },
      devices: [{ device, period_ms, since_tick: tick, tick: tick + 1_000_000 }],
    };
    // Each under a name of its own, so that none of them waits for the next.
    const sender = `own-${random.integer(0, 100)}`;
    return [{ subject: subjects.sent(id, task, sender), body: JSON.stringify(record) }];
  },
};

/** Other things that the forger may write under its own id. */
const others: Readonly<Record<string, Forge>> = {
  /**
   * Leases that no supervisor can place anything at: one with room would be given sessions by right (docs/security.md, Not guarded yet).
   */
  'a lease': ({ id, random, eavesdropper }) => {
    const lease = {
      ...{ v: 1, instance: `forged-${random.integer(0, 3)}`, renewals: random.integer(0, 1e6), host: 'x' },
      ...{ state: random.pick(['draining', 'given_up']), stays_up: true, started_at: 'never' },
      ...{ capacity: Number.MAX_SAFE_INTEGER, labels: { site: 'x\u2028y' }, fenced: 'dead' },
      void_up_to: eavesdropper.lastEvent + 1_000,
    };
    const body = random.pick([JSON.stringify(lease), '{}', 'no lease', '', 'x'.repeat(60_000)]);
    return [{ subject: `$KV.${bucketNames.collectors}.${id}`, body }];
  },
  'a refusal of a session': ({ id, random, victim: { sample, placement } }) => [
    {
      subject: `$KV.${bucketNames.status}.${statusKey(id, sample.task)}`,
      body: JSON.stringify({
        ...{ v: 1, session: sample.session, epoch: random.pick([sample.epoch, placement.epoch, hugeEpoch]) },
        ...{ collector: random.pick([id, sample.collector]), instance: 'forged', state: 'refused' },
        ...{ detail: 'forged', cause: 'permanent', updated_at: new Date().toISOString() },
        ...{ points_read: 0, error_count: 1e6, last_read_time: null, device_health: {} },
      }),
    },
  ],
  'status that is small compressed': ({ id }) =>
    Array.from({ length: compressedStatuses }, (_, task) => ({
      subject: `$KV.${bucketNames.status}.${statusKey(id, String(task + 1))}`,
      body: compressedStatus,
    })),
  'health of a device': ({ id, victim: { sample } }) => [
    {
      subject: subjects.health(id, sample.task, sample.device_id),
      body: JSON.stringify({ ...sample, status: 'timeout', last_error: 'forged' }),
    },
  ],
  'what was sent': ({ id, random, eavesdropper, victim: { sample } }) => {
    const own = eavesdropper.ownPlacements().at(-1);
    // Found under its own epoch of that very task it would count as its word.
    const foundUnder = own?.taskId === sample.task ? undefined : own?.epoch;
    const record = {
      ...{ v: 1, session: sample.session, epoch: sample.epoch, ended: true },
      collector: random.pick([id, sample.collector]),
      found_under: random.pick([undefined, foundUnder, hugeEpoch]),
      devices: [
        { device: sample.device, period_ms: sample.period_ms, since_tick: 0, tick: sample.tick + 1_000_000 },
      ],
    };
    return [{ subject: subjects.sent(id, sample.task, 'forged-1'), body: JSON.stringify(record) }];
  },
  'its outbox': ({ id, random }) => [
    {
      subject: `$KV.${bucketNames.sinks}.outbox.${id}`,
      body: random.pick(['{}', 'no JSON', JSON.stringify({ v: 1, waiting: 1e15, dropped: -1 })]),
    },
  ],
};

/** Messages that no key of a collector allows; with accounts the broker takes none of them. */
export const forbidden: Forge = ({ victim: { sample, placement } }) => {
  const body = JSON.stringify({ ...sample, tick: sample.tick + 1 });
  const { task, device_id: device, collector } = sample;
  return [
    { subject: subjects.sample(collector, task, device), body },
    { subject: subjects.samplesAgain(task, device), body },
    { subject: subjects.droppedSamples(task), body },
    { subject: `samples.${sampleSources.again}x.${task}.${device}`, body },
    { subject: subjects.sent(collector, task, 'forged-1'), body },
    { subject: subjects.placement(task), body: JSON.stringify({ ...placement, collectorId: 'forger' }) },
    { subject: `$KV.${bucketNames.collectors}.${collector}`, body: '{"v":1,"state":"given_up"}' },
    { subject: `$KV.${bucketNames.leader}.supervisor`, body: '{}' },
    { subject: `$KV.${bucketNames.status}.${statusKey(collector, task)}`, body: '{}' },
    { subject: `$KV.${bucketNames.apiKeys}.deadbeef`, body: '{}' },
    { subject: `$O.${bucketNames.taskConfigs}.M.forged`, body: '{}' },
  ];
};

/** Everything that the forger's key allows, by name. */
export const forgeries: Readonly<Record<string, Forge>> = {
  ...samples,
  ...underOwnEpochs,
  ...wordsUnderOwnEpochs,
  ...others,
};
/** Forgeries that need a collector that reads now what the forger once read. */
export const ofOwnTask: ReadonlySet<string> = new Set([
  ...Object.keys(underOwnEpochs),
  ...Object.keys(wordsUnderOwnEpochs),
]);
/** Forgeries that come into SAMPLES. */
export const sampleKinds: readonly string[] = [...Object.keys(samples), ...Object.keys(underOwnEpochs)];
