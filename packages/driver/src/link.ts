import type { Text } from '@holdfast/texts/text.ts';
import type { Channel, ChannelEvents } from './channel.ts';
import type { FrameDirection } from './frame-parts.ts';
import type { Answer, Command, Group } from './requests.ts';
import type { ValueSink } from './value-sink.ts';

/** Called with a request's bytes as they go over the line. The bytes may be used only during the call. */
export type Hear = (direction: FrameDirection, bytes: Uint8Array) => void;

/**
 * The way to one endpoint. Callers make one request at a time, and have one watch for each device.
 *
 * Callers may rely on the following, which `contract/` proves. Every call settles within its timeout + 250 ms. Only the
 * answer to exactly this request gives a value, or lets a write succeed. `mayRequest` is asked right before bytes
 * leave. After any failure but `refused` and `busy` the next request reconnects (a serial line stays open). No
 * request is repeated, with one exception: a read whose kept connection ended before any byte of the answer is repeated
 * once, within its deadline, after asking `mayRequest` again. The network is reached only through the host.
 */
export interface Link {
  /** @throws DriverFailure and nothing else */
  read(group: Group, timeoutMs: number, hear?: Hear): Promise<Answer>;
  /**
   * Resolves when the device has confirmed the write.
   * @throws DriverFailure and nothing else; unless it is an answer, or `wasSent` is false, the device may have done it
   */
  write?(command: Command, timeoutMs: number): Promise<void>;
  /**
   * Lets the source report values until the signal ends it; then it resolves.
   * @throws DriverFailure when the source is lost: the watcher starts again, with growing pauses
   */
  watch?(groups: readonly Group[], sink: WatchSink, signal: AbortSignal): Promise<void>;
  /**
   * Has the source forget what it keeps for the watches of this device: its session is over, and no holder will continue it.
   * @throws DriverFailure and nothing else
   */
  forget?(timeoutMs: number): Promise<void>;
  browse?(node: string | undefined, timeoutMs: number): Promise<readonly BrowsedNode[]>;
  /** Closes at once; anything in flight fails with the kind `connection`. Idempotent; the next request reconnects. */
  disconnect(): void;
}

/** Receives what a watched source reports. */
export interface WatchSink extends ValueSink {
  /**
   * The source has accepted the subscription: from now on no news is good news.
   * @param hasKept whether it has kept for the device, values since an earlier watch: those come late
   */
  opened(hasKept: boolean): void;
  /**
   * Resolves when everything given so far is safe (confirmed by the broker, or synced to disk). Only then is the source
   * acknowledged.
   */
  commit(): Promise<void>;
}

export interface BrowsedNode {
  readonly node: string;
  readonly name: string;
  readonly hasChildren: boolean;
  /** A point for this node, flat, or undefined if it has no value. */
  readonly point?: object | undefined;
}

export interface DialOptions {
  readonly host: string;
  readonly port: number;
  /** Most bytes passed on at a time; 512 unless set, which is more than a frame of Modbus. */
  readonly receiveBytes?: number | undefined;
  /** PEM texts; without `ca`, the system's authorities are trusted. */
  readonly tls?:
    | {
        readonly ca?: string | undefined;
        readonly cert?: string | undefined;
        readonly key?: string | undefined;
        readonly servername?: string | undefined;
      }
    | undefined;
}

/** The environment of a link. */
export interface LinkHost {
  /** Asked right before a request's bytes leave; false when the right to use devices is gone. */
  mayRequest(): boolean;
  /**
   * Opens a connection, if the settings allow it. It takes no bytes once `mayRequest` says no. @throws DriverFailure
   * for an address that cannot be dialed
   */
  dial(options: DialOptions, events: ChannelEvents): Channel;
  /**
   * A permitted address of a host, for libraries that connect by themselves. @throws DriverFailure where none is
   * permitted
   */
  addressOf(host: string, port: number): Promise<string>;
  /** Why a path is not opened as a serial line, or undefined if it may be. */
  serialRefusal(path: string): Text | undefined;
  /**
   * The value of a secret that a connection names, for the server that it is sent to or vouches for. @throws
   * DriverFailure of the kind `config` where it does not exist, or is not for this server
   */
  secret(name: string, to: { readonly host: string; readonly port: number }): string;
  /**
   * Identifies a device of a session towards a source that stores data for absent clients. Each device has its own id,
   * which is the same for every holder of the session.
   */
  readonly sessionId: string;
  readonly clock: LinkClock;
  readonly timers: LinkTimers;
  readonly log: LinkLog;
}

export interface LinkClock {
  /** ms since 1970. */
  wallMs(): number;
  monotonicMs(): number;
}

export interface LinkTimers {
  /** Runs once after `ms`; the returned function cancels it. */
  after(ms: number, run: () => void): () => void;
}

export interface LinkLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
