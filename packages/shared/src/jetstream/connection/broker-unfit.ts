import { type JetStreamManager, StorageType, type StreamConfig } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { streamSetUp } from './leader-info.ts';

/** The connection to NATS was lost before the request. */
export class BrokerDisconnected extends Error {
  override readonly name = 'BrokerDisconnected';
}

/** The broker, or a stream on it, is not what we need. Waiting does not help; it has to be changed. */
export class BrokerUnfit extends Error {
  override readonly name = 'BrokerUnfit';
}

const oldestVersion = [2, 10] as const;

/**
 * Refuses a server that is too old. It would ignore, without a word, what appends rely on.
 * @throws BrokerUnfit
 * @throws BrokerDisconnected when the server has just gone, so that its version is unknown
 */
export function requireFitServer(nc: Pick<NatsConnection, 'info' | 'getServer'>): void {
  if (nc.info === undefined) throw new BrokerDisconnected(`NATS at ${nc.getServer()} went away`);
  const { version, jetstream } = nc.info;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < oldestVersion[0] || (major === oldestVersion[0] && minor < oldestVersion[1])) {
    throw new BrokerUnfit(
      `NATS at ${nc.getServer()} is version ${version}; ${oldestVersion.join('.')} or later is needed. Update nats-server`,
    );
  }
  if (jetstream !== true) {
    throw new BrokerUnfit(
      `JetStream is off on NATS at ${nc.getServer()}. Put jetstream { store_dir: … } into its configuration`,
    );
  }
}

/** The settings that a stream must have, whatever its sizes are. */
export interface StreamShape
  extends Pick<StreamConfig, 'name' | 'subjects'>,
    Partial<
      Pick<
        StreamConfig,
        | 'storage'
        | 'retention'
        | 'discard'
        | 'deny_delete'
        | 'deny_purge'
        | 'max_msgs_per_subject'
        | 'max_age'
        | 'allow_direct'
        | 'allow_rollup_hdrs'
      >
    > {}

type Property = Exclude<keyof StreamShape, 'name'>;

const properties: readonly Property[] = [
  'subjects',
  'storage',
  'retention',
  'discard',
  'deny_delete',
  'deny_purge',
  'max_msgs_per_subject',
  'max_age',
  'allow_direct',
  'allow_rollup_hdrs',
];

/** Settings that no server changes on a stream that exists. */
const isFixed = (property: Property) => property === 'storage' || property === 'retention';

/**
 * Compares every stream with its shape.
 * @returns how they are set up
 * @throws BrokerUnfit naming every stream that differs and what to do
 */
export async function requireFitStreams(
  jsm: JetStreamManager,
  shapes: readonly StreamShape[],
): Promise<StreamConfig[]> {
  const configs = await Promise.all(shapes.map(async ({ name }) => (await streamSetUp(jsm, name)).config));
  const faults = shapes.flatMap((shape, index) => streamFaults(shape, configs[index] as StreamConfig));
  if (faults.length === 0) return configs;
  throw new BrokerUnfit(
    `${faults.length === 1 ? 'A stream' : 'Streams'} of NATS cannot be worked with as set up (docs/nats.md says how to change that):\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
  );
}

/** A line for each property in which the stream is not what it has to be. */
export function streamFaults(shape: StreamShape, actual: StreamConfig): string[] {
  const { name } = shape;
  const faults: string[] = [];
  for (const property of properties) {
    const required = shape[property];
    if (required === undefined) continue;
    const value = actual[property] ?? defaults[property];
    if (textOf(required) === textOf(value)) continue;
    const remedy = isFixed(property)
      ? `which cannot be changed on a stream that exists: remove ${name} and let it be made anew`
      : `change it with: nats stream edit ${name}`;
    faults.push(
      `stream ${name}: ${property} is ${textOf(value)} and has to be ${textOf(required)}; ${remedy}`,
    );
  }
  if (actual.mirror || (actual.sources?.length ?? 0) > 0) {
    faults.push(
      `stream ${name} is fed by another stream and has to stand alone; remove its mirror or sources`,
    );
  }
  if (actual.sealed) faults.push(`stream ${name} is sealed: it takes nothing any more; remove it`);
  if (actual.no_ack) {
    faults.push(
      `stream ${name} confirms nothing that is published (no_ack); change it with: nats stream edit ${name}`,
    );
  }
  return faults;
}

/** Servers leave out properties that have their default. */
const defaults: Partial<StreamConfig> = {
  deny_delete: false,
  deny_purge: false,
  allow_direct: false,
  allow_rollup_hdrs: false,
  max_age: 0,
  max_msgs_per_subject: -1,
  storage: StorageType.File,
};

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : String(value);
}
