import type { ApiKeyRecord } from '@holdfast/shared/contracts/api-key.ts';
import type { AuditEntry, AuditStream } from '@holdfast/shared/contracts/audit-entry.ts';
import type { BegunLogin } from '@holdfast/shared/contracts/begun-login.ts';
import type { CommandRecord } from '@holdfast/shared/contracts/command-record.ts';
import type { DeviceCall, DeviceReply } from '@holdfast/shared/contracts/device-call.ts';
import type { DrainReply } from '@holdfast/shared/contracts/drain-call.ts';
import type { FirstLink } from '@holdfast/shared/contracts/first-link.ts';
import type { DeviceHealthChange } from '@holdfast/shared/contracts/health-change.ts';
import type { FormerLife } from '@holdfast/shared/contracts/lease-value.ts';
import type { Login } from '@holdfast/shared/contracts/login.ts';
import type { OutboxStatus } from '@holdfast/shared/contracts/outbox-status.ts';
import type { QuarantinedMessage } from '@holdfast/shared/contracts/quarantined-message.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { SecretBindings } from '@holdfast/shared/contracts/secret-bindings.ts';
import type { SinkStatus } from '@holdfast/shared/contracts/sink-status.ts';
import type { DeviceConfig, TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { User } from '@holdfast/shared/contracts/user.ts';
import type { EventStore, StoredEvent } from '@holdfast/shared/event-store/event-store.ts';
import type { Text } from '@holdfast/texts/text.ts';

/** The broker is unavailable, or came back too recently to be used. Nothing was stored. */
export class BrokerUnavailable extends Error {
  override readonly name = 'BrokerUnavailable';
}

/** There is no room for one more configuration snapshot, and waiting does not help. */
export class TaskConfigsFull extends Error {
  override readonly name = 'TaskConfigsFull';
  readonly bytes: number;
  readonly maxBytes: number;
  constructor(size: { readonly bytes: number; readonly maxBytes: number }, options?: ErrorOptions) {
    super(`${size.bytes} of ${size.maxBytes} bytes are taken`, options);
    this.bytes = size.bytes;
    this.maxBytes = size.maxBytes;
  }
}

/** Configuration snapshots: of tasks by their version, of devices by a hash. An existing snapshot is never replaced. */
export interface TaskConfigs {
  /** @throws TaskConfigsFull when there is no room for it */
  put(config: TaskConfig): Promise<'stored' | 'already_there'>;
  /** Whether exactly this snapshot is there. @throws when the broker cannot be asked */
  has(config: TaskConfig): Promise<boolean>;
  /** Stores a device by itself. @returns its hash. @throws TaskConfigsFull when there is no room for it */
  putDevice(device: DeviceConfig): Promise<string>;
  /** A missing or damaged snapshot is an answer, not an error. @throws when the broker cannot be asked */
  load(
    taskId: string,
    version: number,
  ): Promise<
    { readonly ok: true; readonly config: TaskConfig } | { readonly ok: false; readonly problem: Text }
  >;
}

/** The broker, as commands need it. */
export interface CommandStores {
  readonly events: EventStore;
  readonly taskConfigs: TaskConfigs;
}

/** Reads events in order and without a gap. When it throws, or gives none though the log has more, open a new reader. */
export interface LogReader {
  /** At most `max` events, or none if none came within `waitMs`. */
  next(max: number, waitMs: number): Promise<StoredEvent[]>;
  /** Stops reading. */
  close(): void;
}

/** SESSIONS as the projector reads it. Every promise is rejected when the broker is unavailable. */
export interface SessionLog {
  /** 0 when the log never held an event. */
  lastSequence(): Promise<number>;
  /** Undefined when the log has no event there. */
  eventAt(sequence: number): Promise<StoredEvent | undefined>;
  /**
   * Everything after a sequence.
   * @param endOfLog the end of the log as it was seen last, or undefined while it cannot be asked
   */
  openAfter(sequence: number, endOfLog: () => number | undefined): LogReader;
}

/** The youngest message of a device in SAMPLES by one holder of its session: values, or why there are none. */
export interface LastSample {
  readonly sessionId: string;
  readonly collectorId: string;
  readonly deviceId: string;
  /** Scheduled time of the last tick that it accounts for, in ms since 1970. */
  readonly timeMs: number;
  readonly epoch: number;
  /** When the broker stored it, in ms since 1970, on the broker's clock. */
  readonly storedAtMs: number;
}

/** One for each device and holder of which SAMPLES has anything. @throws BrokerUnavailable */
export type LastSamples = () => Promise<readonly LastSample[]>;

/** The last messages of the devices with these ids, whole. @throws BrokerUnavailable */
export type LastReadings = (deviceIds: readonly string[]) => Promise<readonly Sample[]>;

/** SAMPLES as live clients read it. Every method throws BrokerUnavailable. */
export interface LiveSamples {
  bounds(): Promise<{ readonly firstSequence: number; readonly lastSequence: number }>;
  /** Samples of one task, or all. Iterating ends when the feed is stopped or its broker is lost for good. */
  open(query: { after: number; taskId: string | undefined }): Promise<
    /** `data` is empty where a message is neither a holder's nor sent by a service in its place. */
    AsyncIterable<{ readonly sequence: number; readonly pending: number; readonly data: string }> & {
      readonly pendingAtStart: number;
      stop(): void;
    }
  >;
}

/** SESSIONS, HEALTH and AUDIT. */
export type ChangeSource = 's' | 'h' | 'a';

/** The streams whose messages are changes that a screen has to know of. Every method throws BrokerUnavailable. */
export interface ChangeStreams {
  bounds(source: ChangeSource): Promise<{ readonly firstSequence: number; readonly lastSequence: number }>;
  /** Iterating ends when the feed is stopped or its broker is lost for good. */
  open(
    source: ChangeSource,
    after: number,
  ): Promise<
    AsyncIterable<{ readonly sequence: number; readonly subject: string; readonly data: string }> & {
      readonly pendingAtStart: number;
      stop(): void;
    }
  >;
}

/** An entry of QUARANTINE; without `message` when it has no known form. */
export interface Quarantined {
  readonly sequence: number;
  readonly message: QuarantinedMessage | undefined;
  readonly text: string;
  /** ms since 1970 */
  readonly storedAtMs: number;
}

/** Every method throws BrokerUnavailable. */
export interface QuarantineStore {
  /** Entries after a sequence, oldest first. */
  list(query: { after: number; limit: number; stream?: string | undefined }): Promise<readonly Quarantined[]>;
  /** How many entries there are. */
  count(): Promise<number>;
  /** The place of the newest entry, even if that is gone, or 0 if there never was one. */
  lastSequence(): Promise<number>;
  read(sequence: number): Promise<Quarantined | undefined>;
  /** False when the entry is not there. */
  delete(sequence: number): Promise<boolean>;
  /** Returns the sequence in the stream that the message went to. */
  sendAgain(message: {
    subject: string;
    body: string;
    sequence: number;
    /** Its sequence in the stream that it came from, when it came for the first time. */
    firstSequence: number;
    /** How far its sender's clock was ahead of the broker's then, in ms. */
    clockAheadMs: number | undefined;
    /** An epoch that the log does not know but under which the message is to be taken. */
    trustEpoch: number | undefined;
  }): Promise<number>;
}

/** The part of SAMPLES that is not in the database yet. */
export interface Backlog {
  readonly waiting: number;
  readonly inHand: number;
  readonly bytes: number;
  /** When the oldest sample was published, in ms since 1970. */
  readonly oldestMs: number | undefined;
  /** Share of the stream's room, 0 to 1. */
  readonly shareOfStream: number;
  /** Every sample up to this place in SAMPLES is with the database or in quarantine, or was rejected. */
  readonly settledSequence: number;
}

/** Every method throws BrokerUnavailable. */
export interface Sinks {
  backlog(): Promise<Backlog>;
  /** Last report of each writer, even if it is gone. */
  statuses(): Promise<readonly SinkStatus[]>;
  /** Last report of each collector on its samples on their way, even if it is gone. */
  outboxes(): Promise<readonly OutboxStatus[]>;
}

export interface SettledTicks {
  /** ms since 1970: everything sent for ticks before then is on record by now, or lost. */
  readonly beforeMs: number;
  /** False: `beforeMs` follows from what the broker said last, since it cannot be asked now or does not answer soon. */
  readonly wasAsked: boolean;
}

export interface SettledSamples {
  /** Never rejects, and never waits long for a broker that hangs. */
  now(): Promise<SettledTicks>;
}

export interface CollectorRecord {
  readonly id: string;
  /** `given_up`: it has ended, or was declared dead. */
  readonly state: 'active' | 'draining' | 'given_up';
  /** With `given_up`: whether it was declared dead, as it had not renewed its lease. */
  readonly isLost: boolean;
  /** When this state began, as far as is known. RFC 3339, as all times here. */
  readonly stateSince: string | undefined;
  /** When it last renewed its lease, by the broker's clock. */
  readonly lastHeartbeat: string | undefined;
  /** Undefined for a release that does not report it. */
  readonly version: string | undefined;
  readonly host: string;
  readonly startedAt: string;
  /** Its last few lives before this one, newest first. */
  readonly formerLives: readonly FormerLife[];
  /** How many sessions it may hold. */
  readonly capacity: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Its DEVICE_NETWORKS, or undefined if it does not report them. */
  readonly deviceNetworks?: readonly string[] | undefined;
  /** Undefined where it does not report them. */
  readonly secretBindings?: SecretBindings | undefined;
}

/** A secret that a device names, and where its collector sends it. */
export interface NamedSecret {
  readonly device: string;
  readonly secret: string;
  readonly server: string;
}

/** Every method throws BrokerUnavailable. */
export interface Collectors {
  /** Every collector that ever held a lease, by id. */
  list(): Promise<readonly CollectorRecord[]>;
  /** Asks a collector to let go of its work, or to take work again. */
  drain(collectorId: string, kind: 'drain' | 'undrain', traceparent?: string): Promise<DrainOutcome>;
  /** Asks a collector to read or write a device, once. */
  call(collectorId: string, call: DeviceCall): Promise<DeviceCallOutcome>;
}

export type DrainOutcome =
  | { readonly ok: true; readonly reply: DrainReply }
  /** `absent`: no collector heard the request. `silent`: it may have been heard. */
  | { readonly ok: false; readonly why: 'absent' | 'silent' };

export type DeviceCallOutcome =
  | { readonly ok: true; readonly reply: DeviceReply }
  /** `absent`: nothing was asked of the device. `silent`: it may have been. */
  | { readonly ok: false; readonly why: 'absent' | 'silent'; readonly detail: string };

export interface StoredRecord<R> {
  readonly record: R;
  readonly revision: number;
}

/** A bucket that the API alone writes. Every method throws BrokerUnavailable. */
export interface RecordBook<R> {
  /** The revision, or undefined if its key is taken. */
  create(record: R): Promise<number | undefined>;
  /** The revision, or undefined if the record has changed since `revision`. */
  replace(entry: StoredRecord<R>): Promise<number | undefined>;
  /** False when the record has changed since `revision`. */
  delete(entry: StoredRecord<R>): Promise<boolean>;
  read(key: string): Promise<StoredRecord<R> | undefined>;
  readAll(): Promise<readonly StoredRecord<R>[]>;
  /**
   * Reports every change from now on; `record` is undefined when the record is gone.
   * @param onCurrent called every few seconds in which the broker has shown that no change is missing
   */
  watch(
    onChange: (key: string, revision: number, record: R | undefined) => void,
    onCurrent?: () => void,
  ): Promise<() => void>;
}

/** API_KEYS, by id. */
export type KeyBook = RecordBook<ApiKeyRecord>;
/** USERS, by login. */
export type UserBook = RecordBook<User>;
/** LOGINS, by the hash of the token. */
export type LoginBook = RecordBook<Login>;
/** LINKS, by the hash of the token. */
export type LinkBook = RecordBook<FirstLink>;
/** BEGUN_LOGINS, by kind and hash. It is read, never watched. */
export type BegunLoginBook = RecordBook<BegunLogin>;

/** AUDIT, and AUDIT_REFUSED for what was refused. Every method throws BrokerUnavailable. */
export interface AuditLog {
  append(entry: AuditEntry): Promise<void>;
  appendRefusal(entry: AuditEntry): Promise<void>;
}

/** AUDIT and AUDIT_REFUSED as they are read. Every method throws BrokerUnavailable. */
export interface AuditStreams {
  bounds(stream: AuditStream): Promise<{
    /** When the stream was made: another time means another stream, whose sequences begin again. */
    readonly created: string;
    readonly firstSequence: number;
    readonly lastSequence: number;
    /** Share of its room that is taken, 0 to 1; 0 without a bound. */
    readonly shareOfStream: number;
  }>;
  /** Iterating ends when the feed is stopped or its broker is lost for good. */
  open(
    stream: AuditStream,
    after: number,
  ): Promise<
    AsyncIterable<{ readonly sequence: number; readonly pending: number; readonly data: string }> & {
      readonly pendingAtStart: number;
      stop(): void;
    }
  >;
}

/** HEALTH. @throws BrokerUnavailable */
export type HealthChanges = (query: {
  /** Undefined: all devices. */
  deviceId?: string | undefined;
  before: number | undefined;
  max: number;
}) => Promise<{
  /** Changes before the sequence `before` (undefined: from the newest), newest first. */
  readonly items: readonly { readonly sequence: number; readonly item: DeviceHealthChange }[];
  /** The `before` with which older changes go on. */
  readonly next: number | undefined;
}>;

/** Changes of the devices of a session. */
export interface SessionHealth {
  /** Oldest first. */
  readonly changes: readonly DeviceHealthChange[];
  /** The last change of each device, where those before the requested time are too many. */
  readonly latest: readonly DeviceHealthChange[];
  /** True: there were more than are read at once, and the last are missing. */
  readonly isCut: boolean;
}

/** HEALTH. @throws BrokerUnavailable */
export type HealthOfSession = (query: {
  readonly session: string;
  readonly taskId: number;
  readonly startedAt: Date;
  readonly from: Date;
  readonly to: Date;
}) => Promise<SessionHealth>;

/** The commands of the last day that came with an Idempotency-Key. Every method throws BrokerUnavailable. */
export interface CommandKeys {
  /** Undefined when the record was stored, else the one that was there before. @throws Problem when there is no room */
  claim(key: string, record: CommandRecord): Promise<CommandRecord | undefined>;
  put(key: string, record: CommandRecord): Promise<void>;
  delete(key: string): Promise<void>;
}

/** One try at a command. */
export interface CommandAttempt {
  /** The same for every try; the id of the event that results. */
  readonly commandId: string;
  /** Whether an earlier try may have been carried out, or may be under way. */
  readonly isRepeat: boolean;
  /** W3C trace parent of the request that it came with. */
  readonly traceparent?: string;
}

/** Throws unless the item is as the caller knows it; called while the item cannot change. */
export type Precondition = (current: object) => void;

/** A request and its answer, for metrics. */
export interface AnsweredRequest {
  readonly method: string;
  /** The route's pattern, as `/api/config/tasks/:id`, so that there are few of them, or empty if there was none. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
}

/**
 * Things that a request names: the caller's role has to hold at the sites of all of them. A thing that does not exist has
 * no sites.
 */
export interface Concerned {
  /** By id. A session is at the sites of the configuration that it runs on. */
  readonly sessions?: readonly string[];
  /** By id, where only the part at the caller's sites is shown: the role has to hold at one site of each. */
  readonly shownSessions?: readonly string[];
  /** The same where their past is shown: a session was at the sites of all versions that it has had. */
  readonly pastSessions?: readonly string[];
  /** By id. A task is at the sites of its devices, and without devices at none. */
  readonly tasks?: readonly number[];
  /** By id. */
  readonly devices?: readonly number[];
  readonly deviceCodes?: readonly string[];
  /** By id. */
  readonly points?: readonly number[];
  /** By id, or null for no site: then the role has to hold everywhere. */
  readonly sites?: readonly (number | null)[];
}

/** Configuration by ids, and change sets, which stand for what they touch. */
export type ChangedThings = Pick<Concerned, 'sites' | 'devices' | 'points' | 'tasks'> & {
  readonly changeSets?: readonly number[];
};

/** A login at the company that was begun, as the browser was sent there with it. */
export interface CompanyAttempt {
  /** Where the browser comes back to. */
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  /** For PKCE: only its owner gets anything for the code. */
  readonly codeVerifier: string;
  /** Whether the person has to show the company now who they are, even if logged in there. */
  readonly mustBeFresh: boolean;
}

/** A person as the company's identity provider knows them. */
export interface CompanyIdentity {
  /** Together with `subject`, all that the person is known by: names and addresses can pass to others. */
  readonly issuer: string;
  readonly subject: string;
  /** When the person showed the company who they are, in ms since 1970; undefined: it does not say. */
  readonly authenticatedAtMs: number | undefined;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** The company's identity provider. Every method throws CompanyIssuerUnavailable and CompanyLoginRefused. */
export interface CompanyIssuer {
  /** Where to send the browser. */
  begin(attempt: CompanyAttempt): Promise<URL>;
  /** @param callbackUrl the address that the browser came back to, with its query */
  finish(callbackUrl: URL, attempt: CompanyAttempt): Promise<CompanyIdentity>;
  /** Where the browser ends the login at the company; undefined: there is no such page. */
  logoutUrl(backTo: string): Promise<URL | undefined>;
}

/** The company's identity provider does not answer. */
export class CompanyIssuerUnavailable extends Error {
  override readonly name = 'CompanyIssuerUnavailable';
}

/**
 * `declined`: by the person, or by the provider. `not_valid`: the answer is not one to this attempt, or was used
 * before. `clock`: the answer is valid at another time. `set_up`: the setup is wrong here or there, for all people.
 */
export type CompanyRefusal = 'declined' | 'not_valid' | 'clock' | 'set_up';

export class CompanyLoginRefused extends Error {
  override readonly name = 'CompanyLoginRefused';
  readonly why: CompanyRefusal;
  constructor(why: CompanyRefusal, message: string, options?: ErrorOptions) {
    super(message, options);
    this.why = why;
  }
}
