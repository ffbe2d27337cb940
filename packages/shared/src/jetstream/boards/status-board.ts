import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/nats-core';
import {
  type DeviceHealth,
  type SessionLiveStatus,
  statusHeadSchema,
  statusPartSchema,
  statusPartsAtMost,
} from '../../contracts/session-status.ts';
import { bucketNames, parseStatusKey, statusKey } from '../../contracts/subjects.ts';
import { parseUntrusted } from '../../judgement/parse-untrusted.ts';
import { SenderQueues } from '../consume/sender-queues.ts';
import type { SenderRefusals } from '../consume/sender-refusals.ts';
import { isCopiedEntry } from './is-copied-entry.ts';
import { watchBucket } from './watch-bucket.ts';

/** Devices of one message, in bytes of JSON. Small pieces, so that no reader decodes for long without a pause. */
const partBytes = 65_536;
/** A device that alone has more is reported without its details. */
const deviceBytesAtMost = 131_072;
/** States of one collector whose other messages have not come yet: JSON that may be held for them. */
const heldBytesAtMost = 16 * 1024 * 1024;

interface StatusMessage {
  readonly sender: string;
  readonly key: string;
  readonly bytes: number;
  readonly taskId: string;
  readonly part: number;
  readonly json: () => string;
}

/** Live states of sessions in the STATUS bucket, by collector and task: each in one message, or in several. */
export class StatusBoard {
  readonly #nc: NatsConnection;
  readonly #kv: KV;

  private constructor(nc: NatsConnection, kv: KV) {
    this.#nc = nc;
    this.#kv = kv;
  }

  static async open(nc: NatsConnection): Promise<StatusBoard> {
    return new StatusBoard(nc, await new Kvm(nc).open(bucketNames.status));
  }

  async write(taskId: string, { device_health, ...head }: SessionLiveStatus): Promise<void> {
    const { v, epoch, collector, instance, updated_at } = head;
    const [first = {}, ...others] = inPieces(device_health);
    const parts = others.length === 0 ? undefined : others.length + 1;
    const put = (part: number, value: object) =>
      this.#kv.put(statusKey(collector, taskId, part), JSON.stringify(value));
    await put(0, { ...head, parts, device_health: first });
    for (const [index, piece] of others.entries()) {
      await put(index + 1, { v, epoch, collector, instance, updated_at, device_health: piece });
    }
  }

  /**
   * Every status that is there, then every change. A missed change costs seconds: owners rewrite their status. A
   * collector's status is reported only when it stands under that collector's id; only the log shows whether it holds
   * the session.
   * @param options.withDevices false for a reader that needs no device's health: most of what large sessions write stays
   *   undecoded
   */
  async watch(
    onStatus: (taskId: string, status: SessionLiveStatus) => void,
    { refusals, withDevices = true }: { readonly refusals: SenderRefusals; readonly withDevices?: boolean },
  ): Promise<() => void> {
    const states = new Map<string, StatesInPieces>();
    const statesOf = (sender: string) => {
      const ofSender = states.get(sender) ?? new StatesInPieces(onStatus);
      states.set(sender, ofSender);
      return ofSender;
    };
    const take = ({ sender, taskId, part, bytes, json }: StatusMessage): boolean => {
      if (part > 0) {
        const piece = parseUntrusted(statusPartSchema, json());
        if (piece?.collector !== sender) return false;
        statesOf(sender).add(taskId, { ...piece, part, bytes });
        return true;
      }
      const head = parseUntrusted(statusHeadSchema, json());
      if (head?.collector !== sender) return false;
      const { parts, ...status } = head;
      if (parts === undefined || !withDevices) onStatus(taskId, status);
      else statesOf(sender).add(taskId, { ...status, part, bytes, whole: { parts, status } });
      return true;
    };
    const queues = new SenderQueues<StatusMessage>({
      take,
      onRefused: (sender, cause) => refusals.note({ sender, bucket: bucketNames.status, cause }),
    });
    const stop = await watchBucket({ nc: this.#nc, kv: this.#kv, bucket: bucketNames.status }, (entry) => {
      const key = parseStatusKey(entry.key);
      if (!key || entry.operation !== 'PUT' || isCopiedEntry(entry)) return;
      const { collectorId: sender, taskId, part } = key;
      if (part > 0 && !withDevices) return;
      const bytes = entry.value.length;
      queues.put({ sender, key: entry.key, bytes, taskId, part, json: () => entry.string() });
    });
    return () => {
      stop();
      queues.stop();
    };
  }
}

type Piece = Pick<SessionLiveStatus, 'instance' | 'epoch' | 'updated_at' | 'device_health'> & {
  readonly part: number;
  readonly bytes: number;
  /** Comes with the first piece. */
  readonly whole?: { readonly parts: number; readonly status: SessionLiveStatus };
};

interface StateInPieces {
  /** The same for all pieces that belong together. */
  readonly mark: string;
  readonly devices: Map<number, SessionLiveStatus['device_health']>;
  bytes: number;
  whole?: Piece['whole'];
}

/** Live states of one collector whose other messages have not come yet. */
class StatesInPieces {
  readonly #onStatus: (taskId: string, status: SessionLiveStatus) => void;
  readonly #states = new Map<string, StateInPieces>();
  #bytes = 0;

  constructor(onStatus: (taskId: string, status: SessionLiveStatus) => void) {
    this.#onStatus = onStatus;
  }

  add(taskId: string, { part, bytes, whole, device_health, instance, epoch, updated_at }: Piece): void {
    const mark = `${instance} ${epoch} ${updated_at}`;
    let state = this.#states.get(taskId);
    if (state?.mark !== mark) {
      this.#forget(taskId);
      state = { mark, devices: new Map(), bytes: 0 };
      this.#states.set(taskId, state);
    }
    state.devices.set(part, device_health);
    state.whole ??= whole;
    state.bytes += bytes;
    this.#bytes += bytes;
    if (state.whole && state.devices.size === state.whole.parts) {
      this.#forget(taskId);
      const all = [...state.devices].sort(([a], [b]) => a - b).map(([, devices]) => devices);
      this.#onStatus(taskId, { ...state.whole.status, device_health: Object.assign({}, ...all) });
    }
    for (const oldest of this.#states.keys()) {
      if (this.#bytes <= heldBytesAtMost) break;
      this.#forget(oldest);
    }
  }

  #forget(taskId: string): void {
    this.#bytes -= this.#states.get(taskId)?.bytes ?? 0;
    this.#states.delete(taskId);
  }
}

/** Devices in pieces of a message's size each, at least one. */
function inPieces(health: Readonly<Record<string, DeviceHealth>>): Record<string, DeviceHealth>[] {
  const pieces: Record<string, DeviceHealth>[] = [];
  let remaining = 0;
  for (const [code, device] of Object.entries(health)) {
    const bytes = Buffer.byteLength(JSON.stringify(device)) + Buffer.byteLength(code);
    if ((remaining < bytes && pieces.length < statusPartsAtMost) || pieces.length === 0) {
      pieces.push({});
      remaining = partBytes;
    }
    remaining -= bytes;
    (pieces.at(-1) as Record<string, DeviceHealth>)[code] =
      bytes <= deviceBytesAtMost ? device : inBrief(device);
  }
  return pieces;
}

function inBrief({ status, consecutive_failures, last_success, last_error }: DeviceHealth): DeviceHealth {
  return {
    status,
    consecutive_failures,
    last_success,
    last_error: typeof last_error === 'string' ? last_error.slice(0, 1_000) : last_error,
  };
}
