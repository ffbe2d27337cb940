import type { Channel, ChannelEvents } from './channel.ts';
import type { FrameDirection } from './frame-parts.ts';
import type { Answer, Command, Group } from './requests.ts';
import type { ValueSink } from './value-sink.ts';

/** Told of the bytes that go over the line for a request, as they do. They are the caller's no longer than the call takes. */
export type Hear = (direction: FrameDirection, bytes: Uint8Array) => void;

/**
 * The way to one endpoint. Callers keep to one request at a time, and to one watch for each device.
 *
 * Callers may rely on, and `contract/` proves: every call settles within its timeout + 250 ms; a value is
 * given, and a write succeeds, only for the answer to exactly this request; `mayRequest` is asked right before bytes leave.
 * After any failure but `refused` and `busy` the next request connects anew (a serial line stays open). No request is
 * repeated, but for one case: a read whose kept connection ended before any byte of the answer, once, within its deadline,
 * `mayRequest` asked again. The network is reached through the host alone.
 */
export interface Link {
  /** @throws DriverFailure and nothing else */
  read(group: Group, timeoutMs: number, hear?: Hear): Promise<Answer>;
  /**
   * Resolves when the device has confirmed it.
   * @throws DriverFailure and nothing else; unless it is an answer, or `wasSent` is false, the device may have done it
   */
  write?(command: Command, timeoutMs: number): Promise<void>;
  /**
   * Has the source tell values until the signal ends it; then it resolves.
   * @throws DriverFailure when the source is lost: whoever watches begins anew, with growing pauses
   */
  watch?(groups: readonly Group[], sink: WatchSink, signal: AbortSignal): Promise<void>;
  browse?(node: string | undefined, timeoutMs: number): Promise<readonly BrowsedNode[]>;
  /** Closes at once; what is in flight fails with the kind `connection`. Idempotent; the next request connects anew. */
  disconnect(): void;
}

/** Receives what a watched source tells. */
export interface WatchSink extends ValueSink {
  /** The source has taken the subscription: from now on no news is good news. */
  opened(): void;
  /** Resolves when all that was given so far is safe (confirmed by the broker, or synced to disk). Sources are acknowledged then. */
  commit(): Promise<void>;
}

export interface BrowsedNode {
  readonly node: string;
  readonly name: string;
  readonly hasChildren: boolean;
  /** A point of it, flat; undefined where it has no value. */
  readonly point?: object | undefined;
}

export interface DialOptions {
  readonly host: string;
  readonly port: number;
  /** The most bytes that are handed on at a time; 512 unless set, which is more than a frame of Modbus. */
  readonly receiveBytes?: number | undefined;
  /** PEM texts; the system's authorities unless `ca` is set. */
  readonly tls?:
    | {
        readonly ca?: string | undefined;
        readonly cert?: string | undefined;
        readonly key?: string | undefined;
        readonly servername?: string | undefined;
      }
    | undefined;
}

/** The surroundings of a link. */
export interface LinkHost {
  /** Asked right before a request's bytes leave; false: the right to use devices is gone. */
  mayRequest(): boolean;
  /** A connection to where the settings allow one. It takes no bytes once `mayRequest` says no. @throws DriverFailure for what cannot be dialed */
  dial(options: DialOptions, events: ChannelEvents): Channel;
  /** A permitted address of a host, for libraries that connect by themselves. @throws DriverFailure where none is permitted */
  addressOf(host: string, port: number): Promise<string>;
  /** Why a path is not opened as a serial line, in words; undefined when it may be. */
  serialRefusal(path: string): string | undefined;
  /** The value of a secret that a connection names. @throws DriverFailure of the kind `config` where there is none */
  secret(name: string): string;
  /**
   * The same for each holder of a session, and each device of it has one of its own: an identity towards a source that keeps
   * what a client has not had yet.
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
