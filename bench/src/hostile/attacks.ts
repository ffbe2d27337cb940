import { gzipSync } from 'node:zlib';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { bucketNames, statusKey, streamNames, subjects } from '@holdfast/shared/contracts/subjects.ts';

/** A message of the attack. */
export interface HostileMessage {
  readonly subject: string;
  readonly body: string | Uint8Array;
  /** Whether it asks for an answer. */
  readonly isRequest?: boolean;
}

/** What the thief of a collector's key knows: it may read the log and configurations. */
export interface Targets {
  readonly collectorId: string;
  /** A sample as the thief would send it of a session that was given to it. */
  readonly ownSample: Sample;
  /** A sample of another collector's session. */
  readonly anotherSample: Sample;
}

export type Attack = (nth: number, thief: Targets) => HostileMessage;

/** JSON of 16 MB in 15.6 KB. */
const packed = gzipSync(`{"v":1,"detail":"${' '.repeat(16_000_000)}"}`, { level: 9 });
const time = new Date(0).toISOString();
const status = (thief: Targets, devices: object) =>
  JSON.stringify({
    ...{ v: 1, session: thief.ownSample.session, epoch: thief.ownSample.epoch },
    ...{ collector: thief.collectorId, instance: 'thief', state: 'polling', detail: '', updated_at: time },
    ...{ points_read: 0, error_count: 0, last_read_time: null, device_health: devices },
  });
const manyFaults = Object.fromEntries(Array.from({ length: 30_000 }, (_, nth) => [nth.toString(36), 0]));
const manyDevices = Object.fromEntries(
  Array.from({ length: 8_000 }, (_, nth) => [
    nth.toString(36),
    { status: 'healthy', consecutive_failures: 0, last_success: null, last_error: null },
  ]),
);
/** A body is made once for each thief: the attack is to cost others more than itself. */
const made = new Map<string, string>();
const once = (name: string, make: () => string): string => {
  const body = made.get(name) ?? make();
  made.set(name, body);
  return body;
};
const onStatus = ({ collectorId }: Targets, nth: number) =>
  `$KV.${bucketNames.status}.${statusKey(collectorId, String(nth % 10_000))}`;
const onSample = (thief: Targets, { task, device_id }: Sample) =>
  subjects.sample(thief.collectorId, task, device_id);
const later = (sample: Sample, ticks: number): Sample => ({
  ...sample,
  tick: sample.tick + ticks,
  time: sample.time + ticks * sample.period_ms,
});
const manyValues = Object.fromEntries(Array.from({ length: 10_000 }, (_, nth) => [`p${nth}`, nth]));

/** By name; each uses subjects that the key of a collector may publish to. */
export const attacks = {
  packed_status: (nth, thief) => ({ subject: onStatus(thief, nth), body: packed }),
  faulty_status: (nth, thief) => ({
    subject: onStatus(thief, nth),
    body: once('faults', () => status(thief, manyFaults)),
  }),
  large_status: (nth, thief) => ({
    subject: onStatus(thief, nth),
    body: once('devices', () => status(thief, manyDevices)),
  }),
  junk_samples: (nth, thief) => ({
    subject: subjects.sample(thief.collectorId, '9', `${nth}`),
    body: 'junk',
  }),
  packed_samples: (nth, thief) => ({
    subject: subjects.sample(thief.collectorId, '9', `${nth % 1_000}`),
    body: packed,
  }),
  invented_sessions: (nth, thief) => {
    const task = `9${nth}`;
    const { epoch } = thief.ownSample;
    const sample = { ...thief.ownSample, task, session: `${task}-1`, epoch: 1 + (nth % (epoch + 1_000)) };
    return { subject: onSample(thief, sample), body: JSON.stringify(sample) };
  },
  samples_of_another: (nth, thief) => {
    const sample = { ...later(thief.anotherSample, nth), collector: nth % 2 ? thief.collectorId : 'hall-2' };
    return { subject: onSample(thief, sample), body: JSON.stringify(sample) };
  },
  future_samples: (nth, thief) => {
    const sample = later(thief.ownSample, 36_000 + nth * 864_000);
    return { subject: onSample(thief, sample), body: JSON.stringify(sample) };
  },
  own_samples: (nth, thief) => {
    const sample = later(thief.ownSample, -(nth % 100));
    return { subject: onSample(thief, sample), body: JSON.stringify({ ...sample, read_at: nth }) };
  },
  large_samples: (_nth, thief) => ({
    subject: onSample(thief, thief.ownSample),
    body: once('values', () => JSON.stringify({ ...thief.ownSample, values: manyValues })),
  }),
  sent: (nth, thief) => {
    const { session, epoch, task, device, period_ms, tick } = thief.ownSample;
    const devices = [{ device, period_ms, since_tick: 0, tick: tick + nth }];
    const record = { v: 1, session, epoch, collector: thief.collectorId, ended: false, devices };
    return { subject: subjects.sent(thief.collectorId, task, `x${nth}`), body: JSON.stringify(record) };
  },
  health: (nth, thief) => {
    const { session, task, device } = thief.ownSample;
    const about = { v: 1, session, task, device_id: `${nth}`, device, collector: thief.collectorId };
    const change = { ...about, from: null, to: nth % 2 ? 'healthy' : 'error', detail: '', time };
    return { subject: subjects.health(thief.collectorId, task, `${nth}`), body: JSON.stringify(change) };
  },
  outbox: (nth, thief) => ({
    subject: `$KV.${bucketNames.sinks}.outbox.${thief.collectorId}`,
    body: `{"v":${nth},"x":"${'x'.repeat(60_000)}"}`,
  }),
  unreadable_leases: (_nth, thief) => ({
    subject: `$KV.${bucketNames.collectors}.${thief.collectorId}`,
    body: once('lease', () => JSON.stringify({ v: 1, labels: { x: 1 }, detail: ' '.repeat(60_000) })),
  }),
  leases_that_come_and_go: (nth, thief) => ({
    subject: `$KV.${bucketNames.collectors}.${thief.collectorId}`,
    body: leaseOf(nth, nth % 2 === 0 ? 'active' : 'given_up'),
  }),
  reads_of_samples: (nth) => ({
    subject: `$JS.API.STREAM.MSG.GET.${streamNames.samples}`,
    body: JSON.stringify({ seq: 1 + (nth % 100) }),
    isRequest: true,
  }),
  reads_of_the_log: (nth) => ({
    subject: `$JS.API.STREAM.MSG.GET.${streamNames.sessions}`,
    body: JSON.stringify({ seq: 1 + (nth % 10) }),
    isRequest: true,
  }),
  consumers: (nth, { collectorId }) => ({
    subject: `$JS.API.CONSUMER.CREATE.${streamNames.sessions}.collector-${collectorId}`,
    body: JSON.stringify({
      stream_name: streamNames.sessions,
      config: {
        ...{
          name: `collector-${collectorId}`,
          deliver_subject: `${subjects.deliveredLog(collectorId)}.${nth}`,
        },
        ...{ deliver_policy: 'all', ack_policy: 'none', max_deliver: 1, mem_storage: true, num_replicas: 1 },
        ...{ inactive_threshold: 5_000_000_000 },
      },
    }),
    isRequest: true,
  }),
} as const satisfies Readonly<Record<string, Attack>>;

export type AttackName = keyof typeof attacks;
export const attackNames = Object.keys(attacks) as AttackName[];

export const leaseOf = (renewals: number, state: 'active' | 'given_up'): string =>
  JSON.stringify({
    ...{ v: 1, instance: 'thief', state, renewals, host: 'thief', started_at: time, capacity: 100 },
    labels: { hall: '1', 'driver.modbus_tcp': 'yes' },
  });
