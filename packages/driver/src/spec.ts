import type { Text } from '@holdfast/texts/text.ts';
import type * as z from 'zod';
import type { Device, Mode } from './device.ts';
import type { FieldRules, FieldWords, JsonSchema } from './form-words.ts';
import type { FrameDirection, FramePart } from './frame-parts.ts';
import type { PointFields } from './point.ts';
import type { SheetRules } from './sheet-rules.ts';

/** A field that is not valid, explained to its author. */
export interface FieldProblem {
  readonly field: string;
  readonly message: Text;
}

export type Parsed<A> =
  | { readonly ok: true; readonly address: A }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

/** Where a device's requests go. */
export interface EndpointIdentity {
  /** `host:port`, or the path of a serial line: devices with one key are asked in turn, over one link. */
  readonly key: string;
  /** The host, in its one spelling, and the port, or undefined for a serial line. */
  readonly tcp?: { readonly host: string; readonly port: number } | undefined;
  /** True when every machine has one of this name, such as a first serial line. */
  readonly isLocal: boolean;
  /**
   * How to speak to it, such as a protocol or `9600 baud 8E1`: two devices of one key with different ways contradict
   * each other.
   */
  readonly way: string;
  /** False when any number of links may be open to it, from any collector, such as an MQTT broker. */
  readonly isExclusive: boolean;
}

/** The pace at which a device wants to be asked. */
export interface Pace {
  /** Names the box behind the endpoint that answers or fails independently: a unit, a station, or nothing (''). */
  readonly unit: string;
  /** Quiet time after a request, for only the unit or for the whole endpoint. */
  readonly pauseAfterMs: number;
  readonly pauses: 'unit' | 'endpoint';
  /** How often a request is repeated within a tick while the device says that it is busy. */
  readonly busyRetries: number;
  readonly closesAfterTick: boolean;
}

/**
 * One way to write an address. The group in the pattern is a number in this radix, and the first address has the number
 * `first`.
 */
export interface AddressNotation {
  readonly pattern: string;
  readonly radix: number;
  readonly first: number;
  /** Fields of the point that the notation implies. */
  readonly sets: Readonly<Record<string, string>>;
}

/** Advice for people who get no value: what to try in this protocol, besides power, network and address. */
export interface ProtocolAdvice {
  /** For a device that is tried for the first time. It takes the connection, but nothing answers. */
  readonly silent: Text;
  /** For a place that was typed and has no value. */
  readonly noValue: Text;
  /** By code, for refusals that need more explanation than their name. */
  readonly refusals?: Readonly<Record<string, Text>>;
}

/** Words and examples for the console's forms, besides the schemas. */
export interface ProtocolWords {
  readonly label: Text;
  readonly help: Text;
  /** By field of `connection`, and of `place`. */
  readonly connection: Readonly<Record<string, FieldWords>>;
  readonly place: Readonly<Record<string, FieldWords>>;
  /**
   * The fields of a point's form from the top, with `data_type` among those of the place; unless set, those of the
   * place come first and then `data_type`.
   */
  readonly placeOrder?: readonly string[];
  readonly notations: readonly AddressNotation[];
  readonly advice: ProtocolAdvice;
  /** Words for the parts of a frame, by the names that `DriverSpec.frameParts` gives them. */
  readonly frameParts?: Readonly<Record<string, Text>>;
  /** By field: with which table and type each field of a point goes. */
  readonly pointRules?: () => Readonly<Record<string, FieldRules>>;
  /** Adds to the JSON Schema of a flat body what the schemas of its single fields cannot say. */
  readonly deviceForm?: (schema: JsonSchema) => JsonSchema;
  readonly pointForm?: (schema: JsonSchema) => JsonSchema;
  /** Bodies for the API's documentation, flat: fields of the connection or place next to those of every protocol. */
  readonly deviceExamples: readonly object[];
  readonly pointExamples: readonly object[];
  /** A point, flat, that shows whether a device answers, even if only by refusing it. */
  readonly probe: object;
}

/** Assumptions about the duration of one request, in ms. */
export interface AssumedTimes {
  readonly roundTripMs: number;
  /** Time that a device takes to think, where the bytes themselves take time too. */
  readonly turnaroundMs: number;
  /** Whether these times were measured, including the time of the bytes. */
  readonly isMeasured: boolean;
}

export interface RequestForecast {
  /** The request in the protocol's own fields, for people. */
  readonly request: object;
  /** Codes of its points. */
  readonly points: readonly string[];
  readonly ms: number;
  /** Words of 16 bits that it reads, including those in holes; bits count a sixteenth. */
  readonly registers: number;
}

/** The requests that a device will get, computed without asking it. */
export interface Forecast {
  /** @param due numbers of points: their places in the device's list */
  requests(due: readonly number[]): readonly RequestForecast[];
  /** `reason` continues a sentence about the point. */
  readonly unreadable: readonly { readonly point: string; readonly reason: Text }[];
}

/** Turns a device's refusals into settings of its connection, where a protocol can. */
export interface Learning<C extends object> {
  /** The settings that lessons narrow. They distinguish an engineer's change from a lesson. */
  limits(connection: C): object;
  /** Whether lessons are written into the device's configuration without being asked for. */
  isWrittenBack(connection: C): boolean;
  /**
   * The connection, narrowed to what a device has taught (`DevicePlan.learned`), or undefined if that changes nothing.
   * @param withUnconfirmed whether to include what was refused only once
   */
  narrowed(connection: C, learned: object, withUnconfirmed: boolean): C | undefined;
  /** The connection without earlier lessons, or undefined if it has none. */
  forgotten(connection: C): C | undefined;
}

/**
 * A protocol without its library: pure, and so usable in API, CLI and console too. C are the fields of a device that
 * belong to the protocol, A is the parsed address of a point.
 */
export interface DriverSpec<C extends object = object, A = unknown> {
  /** `modbus_tcp`, `melsec`, `mqtt`: the name in configurations. */
  readonly protocol: string;
  /**
   * A device's own fields, stored as parsed. Their names must differ from those that every device has. An optional
   * field (`optional`) may also be null in bodies, and is shown like that.
   */
  readonly connection: z.ZodObject;
  /**
   * A point's own fields as people write them. Their names must differ from those that every point has. Optional fields
   * are as above; `exactOptional` is never null.
   */
  readonly place: z.ZodObject;
  readonly words: ProtocolWords;
  readonly modes: readonly Mode[];
  readonly can: { readonly browse: boolean; readonly write: boolean; readonly sourceTime: boolean };
  /** The canonical address, or why these fields do not form one. @param fields as checked by `place` */
  parseAddress(fields: object, point: PointFields, connection: C): Parsed<A>;
  /** Fields that parse to this address again. */
  showAddress(address: A): object;
  /** The only definition of "the same endpoint". */
  endpoint(connection: C): EndpointIdentity;
  pace(connection: C): Pace;
  /** The field of the connection that names `unit` of `pace`, for errors. */
  readonly unitField?: string;
  /**
   * A doubt about a place that is accepted anyway, in words. @param sent as people wrote it @param address as it is
   * shown
   */
  doubt?(sent: object, address: object): Text | undefined;
  /**
   * Contradictions between fields that are each valid. A device on its own comes without points; with all of its
   * points, those that can never be read are reported too, as `points.3`.
   */
  problems?(device: Device<C, A>): readonly FieldProblem[];
  forecast?(device: Device<C, A>, assumed: AssumedTimes): Forecast;
  /** Takes apart bytes that went over the line, from the first to the last, for people who study a device's answers. */
  frameParts?(bytes: Uint8Array, direction: FrameDirection, connection: C): readonly FramePart[];
  readonly learning?: Learning<C>;
  /** Without it, a spreadsheet has the fields of the place as they are. */
  readonly sheets?: SheetRules;
}

/** Every protocol's spec, by its name. */
export type Specs = ReadonlyMap<string, DriverSpec>;
