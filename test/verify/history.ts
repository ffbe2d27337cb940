import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { DecodedSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import type { TickRange } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import type { ChangeRecord } from '../support/change-record.ts';

/** Everything that a judgement rests on: recorded data and nothing else. Times are ms since 1970. */
export interface History {
  /** SESSIONS, in order. */
  readonly events: readonly RecordedEvent[];
  /** Samples about ticks, in order: those that holders of sessions sent and that can be decoded. */
  readonly samples: readonly RecordedSample[];
  /** Those of subscribed devices once more, parts of ticks among them, with the values that they published. Left out: there are none. */
  readonly changeSamples?: readonly RecordedSample[];
  /** Sequences in SAMPLES of what holders said and cannot be decoded. */
  readonly undecodable: readonly number[];
  /** The rest of SAMPLES: no record of what was read, and nothing of it may be stored. Left out: there is none. */
  readonly forged?: readonly ForgedMessage[];
  readonly quarantined: readonly QuarantinedSample[];
  /** `<taskId>/<version>` → what such a session reads. */
  readonly configs: ReadonlyMap<string, PollingConfig>;
  /** How far the writer has acknowledged SAMPLES; undefined when there is no writer. */
  readonly acknowledged: Acknowledged | undefined;
  readonly database: DatabaseContent | undefined;
  /** Commands of clients and their answers; undefined without a record. */
  readonly commands: readonly AnsweredCommand[] | undefined;
  /** Requests in the order in which they reached the devices; undefined without a record. */
  readonly requests: readonly DeviceRequest[] | undefined;
  /** When something was down that polling needs; undefined without a record. */
  readonly outages?: readonly Outage[] | undefined;
  /** When the streams were read. */
  readonly readAtMs: number;
  /** Ticks before this are not judged. */
  readonly sinceMs: number;
}

export interface RecordedEvent {
  readonly sequence: number;
  readonly subject: string;
  /** On the broker's clock: the one clock that all events have in common. */
  readonly storedAtMs: number;
  readonly decoded: DecodedSessionEvent;
}

/** A sample on record. A message that was sent again from quarantine is none: the first one lies before it. */
export interface RecordedSample {
  readonly sequence: number;
  readonly storedAtMs: number;
  readonly sample: Sample;
}

/** A message that the log does not bear out, or that a liar said. */
export interface ForgedMessage {
  readonly sequence: number;
  readonly storedAtMs: number;
  readonly subject: string;
  /** Undefined when it cannot be decoded. */
  readonly sample: Sample | undefined;
  /** It is of a session, and under an epoch, that its sender once had: the fence judges it. */
  readonly isOwnEpoch: boolean;
  readonly inQuarantine: boolean;
}

export interface TickOfDevice {
  readonly session: string;
  readonly device: string;
  readonly periodMs: number;
  readonly tick: number;
}

export interface QuarantinedSample {
  /** Sequence in SAMPLES. */
  readonly sequence: number;
  /** The tick, as far as the body still has it; undefined when it cannot be read. */
  readonly tick: TickOfDevice | undefined;
  /** Only the values of these points: the rest of the sample is stored. Undefined for a whole message. */
  readonly codes?: readonly string[] | undefined;
}

export interface PollingConfig {
  readonly devices: readonly PolledDevice[];
}

export interface PolledDevice {
  readonly code: string;
  /** Period of its ticks. */
  readonly periodMs: number;
  /** Whether the device publishes its values by itself. */
  readonly isSubscribed?: boolean;
  /** The same for two versions under which the device is read alike. */
  readonly reading?: string;
  /** Codes of the points whose single value is sent in every tick in which it is read. */
  readonly eachTick?: readonly string[];
}

export interface Acknowledged {
  /** Everything up to this sequence of SAMPLES is acknowledged. */
  readonly floor: number;
  readonly pending: number;
}

export interface DatabaseContent {
  readonly sessions: readonly SessionInDatabase[];
  /** Sequences in `session_events`, as they come. */
  readonly eventSequences: readonly number[];
  readonly checkpoint: number | undefined;
  /** Sessions that were removed from the read model on purpose; left out: none. */
  readonly cleaned?: readonly CleanedSession[];
  /** Undefined, as `misses`, where samples go into another database: that one is not read. */
  readonly values: readonly TickInDatabase[] | undefined;
  readonly misses: readonly TickInDatabase[] | undefined;
  /** Values of subscribed devices, at their own times. Left out: there are none, or they are not read. */
  readonly timedValues?: readonly TimedValues[];
  /** Left out: no API has run on it. */
  readonly changeRecord?: ChangeRecord | undefined;
  /** The account of ticks that the writer keeps. */
  readonly coverage: readonly KeptTicks[];
  /** The points that stored ticks lack, as the writer has put on record. Left out: there is no such record. */
  readonly lacking?: readonly LackingTicks[] | undefined;
}

export interface CleanedSession {
  readonly sessionId: string;
  /** The read model is not to have its events up to this sequence any more. */
  readonly lastSequence: number;
}

export interface KeptTicks {
  readonly session: string;
  /** Device code. */
  readonly device: string;
  readonly periodMs: number;
  readonly outcome: string;
  readonly ranges: readonly TickRange[];
}

/** Ticks of a device that are stored without values of some points. */
export interface LackingTicks {
  readonly session: string;
  /** Device code. */
  readonly device: string;
  readonly periodMs: number;
  /** Codes of those points; undefined where they are not known. */
  readonly codes: readonly string[] | undefined;
  readonly ranges: readonly TickRange[];
}

export interface SessionInDatabase {
  readonly sessionId: string;
  readonly status: string;
  readonly configVersion: number;
  readonly collectorId: string | null;
  readonly epoch: number | null;
}

/** Values of one device and one time. */
export interface TimedValues {
  readonly session: string;
  /** Device code. */
  readonly device: string;
  readonly timeMs: number;
  readonly epoch: number;
  /** How many rows one point has at most: more than one is a duplicate. */
  readonly copies: number;
  /** By point code; undefined for a miss. */
  readonly values: Readonly<Record<string, unknown>> | undefined;
}

export interface TickInDatabase extends Omit<TimedValues, 'timeMs'> {
  readonly tick: number;
  /** Length of the tick. */
  readonly periodMs: number;
}

export interface AnsweredCommand {
  /** Unique; the client sends it as the operator's name, so that it stands in the event as `by`. */
  readonly id: string;
  readonly command: 'start' | 'stop' | 'pause' | 'resume' | 'recover' | 'reconfigure';
  readonly taskId: string;
  /** The session of the request or, after a start, answered. */
  readonly sessionId: string | undefined;
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
  /** `not_stored`: the answer says that nothing was changed. `unknown`: no answer, or one that does not say. */
  readonly answer: 'success' | 'not_stored' | 'unknown';
}

export interface DeviceRequest {
  readonly atMs: number;
  /** Device code. */
  readonly device: string;
  /** Rises with every connection that is made. */
  readonly connectionId: number;
  /** The collector that asked, where the device could see it. */
  readonly collector?: string;
}

export interface Outage {
  /** `broker`, `supervisors`, a collector's id or a device code. */
  readonly of: string;
  readonly fromMs: number;
  /** When it could be used again. */
  readonly toMs: number;
}

export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I9' | 'I12' | 'C1' | 'C2';

export interface Violation {
  readonly invariant: Invariant;
  /** In words, with the sequences, ticks and times that show it. */
  readonly what: string;
  /** Task, session or device. */
  readonly subject: string;
  /** Whether the next samples may take it away: the invariant says nothing yet of a holder that is only beginning. */
  readonly mayPass?: boolean;
}
