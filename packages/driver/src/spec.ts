import type * as z from 'zod';
import type { Device, Mode } from './device.ts';
import type { FieldRules, FieldWords, InBoth, JsonSchema } from './form-words.ts';
import type { FrameDirection, FramePart } from './frame-parts.ts';
import type { PointFields } from './point.ts';
import type { SheetRules } from './sheet-rules.ts';

/** A field that does not fit, in words for its author. */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

export type Parsed<A> =
  | { readonly ok: true; readonly address: A }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

/** Where the requests of a device go. */
export interface EndpointIdentity {
  /** `host:port`, or the path of a serial line: devices with one key are asked over one link, in turn. */
  readonly key: string;
  /** True if every machine has one of this name, as it has a first serial line. */
  readonly isLocal: boolean;
  /** How it is spoken to: two devices of one key with different ways contradict each other. A protocol, or `9600 baud 8E1`. */
  readonly way: string;
  /** False if any number of links may be open to it, from any collector: a broker of MQTT. */
  readonly isExclusive: boolean;
}

/** How a device wants to be asked. */
export interface Pace {
  /** Names the box behind the endpoint that answers or fails by itself: a unit, a station, or nothing (''). */
  readonly unit: string;
  /** Quiet time after a request, for the unit alone or for the whole endpoint. */
  readonly pauseAfterMs: number;
  readonly pauses: 'unit' | 'endpoint';
  /** How often a request is repeated within a tick while the device says that it is busy. */
  readonly busyRetries: number;
  readonly closesAfterTick: boolean;
}

/** One way to write an address. The group of the pattern is a number to this radix, and `first` is its first one. */
export interface AddressNotation {
  readonly pattern: string;
  readonly radix: number;
  readonly first: number;
  /** Fields of the point that are said by it. */
  readonly sets: Readonly<Record<string, string>>;
}

/** Words for whoever gets no value: what this protocol has to try beside power, network and address. */
export interface ProtocolAdvice {
  /** A device that is tried for the first time takes the connection, and nothing answers. */
  readonly silent: InBoth;
  /** A place that was typed has no value. */
  readonly noValue: InBoth;
  /** By the codes of refusals for which there is more to say than that they are. */
  readonly refusals?: Readonly<Record<string, InBoth>>;
}

/** Words and examples for the forms of the console, beside the schemas. */
export interface ProtocolWords {
  readonly label: InBoth;
  readonly help: InBoth;
  /** By field of `connection`, and of `place`. */
  readonly connection: Readonly<Record<string, FieldWords>>;
  readonly place: Readonly<Record<string, FieldWords>>;
  /** The point's form from the top, `data_type` among the fields of the place; these first and then `data_type` unless set. */
  readonly placeOrder?: readonly string[];
  readonly notations: readonly AddressNotation[];
  readonly advice: ProtocolAdvice;
  /** The parts of a frame, by the names that `DriverSpec.frameParts` gives them. */
  readonly frameParts?: Readonly<Record<string, InBoth>>;
  /** Chinese for the names in messages of problems, by their English. */
  readonly faultNames?: Readonly<Record<string, string>>;
  /** Chinese for what it says in English of faults and failures, with `{{name}}` for what a sentence names (`words/sentences-in-chinese.ts`). */
  readonly sentences?: Readonly<Record<string, string>>;
  /** Which fields of a point go with which table and type, by field. */
  readonly pointRules?: () => Readonly<Record<string, FieldRules>>;
  /** Makes the JSON Schema of a flat body say what the schemas of its fields cannot say one by one. */
  readonly deviceForm?: (schema: JsonSchema) => JsonSchema;
  readonly pointForm?: (schema: JsonSchema) => JsonSchema;
  /** Bodies for the documentation of the API, flat: fields of the connection or place beside those that every protocol has. */
  readonly deviceExamples: readonly object[];
  readonly pointExamples: readonly object[];
  /** A point, flat, that shows whether a device answers, also by refusing it. */
  readonly probe: object;
}

/** Assumptions about the time of one request, in ms. */
export interface AssumedTimes {
  readonly roundTripMs: number;
  /** How long a device thinks, where the bytes themselves take time too. */
  readonly turnaroundMs: number;
  /** Whether these were measured, the bytes' time included. */
  readonly isMeasured: boolean;
}

export interface RequestForecast {
  /** The request in the protocol's own fields, for people. */
  readonly request: object;
  /** Codes of its points. */
  readonly points: readonly string[];
  readonly ms: number;
  /** Words of 16 bits that it reads, those in holes too; bits count a sixteenth. */
  readonly registers: number;
}

/** The requests that a device will be sent, without asking it. */
export interface Forecast {
  /** @param due numbers of points: their places in the device's list */
  requests(due: readonly number[]): readonly RequestForecast[];
  /** `reason` goes on a sentence about the point. */
  readonly unreadable: readonly { readonly point: string; readonly reason: string }[];
}

/** The lessons of a device's refusals as settings of its connection, where a protocol draws any. */
export interface Learning<C extends object> {
  /** The settings that they narrow: by these an engineer's change is told from one's own. */
  limits(connection: C): object;
  /** Whether they are written into the device without being asked for. */
  isWrittenBack(connection: C): boolean;
  /**
   * The connection with what a device has taught (`DevicePlan.learned`); undefined when that adds nothing.
   * @param withUnconfirmed also what was refused once only
   */
  narrowed(connection: C, learned: object, withUnconfirmed: boolean): C | undefined;
  /** The connection without what was learned before; undefined when there is nothing of it. */
  forgotten(connection: C): C | undefined;
}

/**
 * A protocol without its library: pure, for API, CLI and console too.
 * C are the fields of a device that are the protocol's own, A is a parsed address of a point.
 */
export interface DriverSpec<C extends object = object, A = unknown> {
  /** `modbus_tcp`, `melsec`, `mqtt`: the name in configurations. */
  readonly protocol: string;
  /**
   * A device's own fields, stored as they are parsed. Names must differ from those that every device has. A field that may be
   * left out (`optional`) may be null in bodies too, and is shown so.
   */
  readonly connection: z.ZodObject;
  /** A point's own fields as people write them. Names must differ from those that every point has. As above; `exactOptional` is never null. */
  readonly place: z.ZodObject;
  readonly words: ProtocolWords;
  readonly modes: readonly Mode[];
  readonly can: { readonly browse: boolean; readonly write: boolean; readonly sourceTime: boolean };
  /** The canonical address, or why these fields cannot be one. @param fields as `place` has checked them */
  parseAddress(fields: object, point: PointFields, connection: C): Parsed<A>;
  /** Fields that parse to the address again. */
  showAddress(address: A): object;
  /** The only definition of "the same endpoint". */
  endpoint(connection: C): EndpointIdentity;
  pace(connection: C): Pace;
  /** The field of the connection that names the unit of `pace`, for errors. */
  readonly unitField?: string;
  /** Doubt about a place that is taken all the same, in words. @param sent as people wrote it @param shown as it is shown */
  doubt?(sent: object, shown: object): InBoth | undefined;
  /**
   * Contradictions between fields that are each right. A device by itself comes without points; with all of its points those are
   * told too that can never be read, as `points.3`.
   */
  problems?(device: Device<C, A>): readonly FieldProblem[];
  forecast?(device: Device<C, A>, assumed: AssumedTimes): Forecast;
  /** Takes bytes that went over the line apart, from the first to the last: for whoever looks at a device's answers. */
  frameParts?(bytes: Uint8Array, direction: FrameDirection, connection: C): readonly FramePart[];
  readonly learning?: Learning<C>;
  /** Without them a spreadsheet has the fields of the place as they are. */
  readonly sheets?: SheetRules;
}

/** Every protocol's spec, by its name. */
export type Specs = ReadonlyMap<string, DriverSpec>;
