import type * as z from 'zod';
import type { Device, Mode } from './device.ts';
import type { FieldWords, InBoth } from './form-words.ts';
import type { PointFields } from './point.ts';

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

/** Words and examples for the forms of the console, beside the schemas. */
export interface ProtocolWords {
  readonly label: InBoth;
  readonly help: InBoth;
  /** By field of `connection`, and of `place`. */
  readonly connection: Readonly<Record<string, FieldWords>>;
  readonly place: Readonly<Record<string, FieldWords>>;
  readonly notations: readonly AddressNotation[];
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
}

/** The requests that a device will be sent, without asking it. */
export interface Forecast {
  /** @param due numbers of points: their places in the device's list */
  requests(due: readonly number[]): readonly RequestForecast[];
  readonly unreadable: readonly { readonly point: string; readonly reason: string }[];
}

/**
 * A protocol without its library: pure, for API, CLI and console too.
 * C are the fields of a device that are the protocol's own, A is a parsed address of a point.
 */
export interface DriverSpec<C extends object = object, A = unknown> {
  /** `modbus_tcp`, `melsec`, `mqtt`: the name in configurations. */
  readonly protocol: string;
  /** A device's own fields. Names must differ from those that every device has. */
  readonly connection: z.ZodObject;
  /** A point's own fields as people write them. Names must differ from those that every point has. */
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
  /** Contradictions between fields that are each right. */
  problems?(device: Device<C, A>): readonly FieldProblem[];
  forecast?(device: Device<C, A>, assumed: AssumedTimes): Forecast;
  /** The connection with what a device has taught (`DevicePlan.learned`); undefined when that adds nothing. */
  narrowed?(connection: C, learned: object): C | undefined;
}
