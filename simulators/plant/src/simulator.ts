import type * as z from 'zod';
import type { FileProblem } from './plant-file/plant-file-error.ts';

/** When a fault acts. The other fields are its simulator's own. */
export interface Fault {
  readonly kind: string;
  readonly at?: string | undefined;
  readonly for?: string | undefined;
  readonly every?: string | undefined;
  readonly probability?: number | undefined;
}

/** A fault described for people: a valid example, and what the device then does. */
export interface FaultDescription {
  readonly example: string;
  readonly does: string;
}

/** Where faults are set: on one device, or on an endpoint and so on all of its devices. */
export type FaultPlace = { readonly device: string } | { readonly endpoint: string };

export interface FaultStatus<F = Fault> {
  readonly fault: F;
  /** False while a fault with a schedule rests. */
  readonly isActive: boolean;
}

/** A device that is played, and where it is found. */
export interface PlayedDevice {
  /** Unique in the plant. */
  readonly code: string;
  /** Name of its endpoint, which several devices may share. */
  readonly endpoint: string;
  /** Fields of the device as Holdfast's API takes them: `protocol`, and what its driver calls the connection. */
  readonly address: Readonly<Record<string, unknown>> & { readonly protocol: string };
  /** Where its endpoint is, for people: `127.0.0.1:5020`. */
  readonly where: string;
  /** Which device of the endpoint it is, for people: `unit 1`, or empty if it is alone. */
  readonly unit: string;
}

/** Devices at work. Callers only pass codes and names of these devices. */
export interface Played<F = Fault> {
  readonly devices: readonly PlayedDevice[];
  /** Replaces the fault before. */
  setFault(place: FaultPlace, fault: F): void;
  /** Faults that the plant file plans stay. */
  clearFault(place: FaultPlace): void;
  /** The fault that was set, or else a planned one while it acts. */
  shownFault(place: FaultPlace): FaultStatus<F> | undefined;
  /** Why the device or endpoint cannot have this fault, although its fields are right. */
  faultProblem(place: FaultPlace, fault: F): string | undefined;
  /** Connections that are open at the device's endpoint now. */
  openConnections(code: string): number;
  /** Idempotent. */
  stop(): Promise<void>;
}

/** A part of a plant file, with its path for messages about it. */
export interface Described<T> {
  readonly path: readonly PropertyKey[];
  readonly of: T;
}

/** The context in which a plant file is read. */
export interface PlantFilePlace {
  /** ms since 1970; values and planned faults count from then on. */
  readonly startedAtMs: number;
  /** A column of a CSV file next to the plant file. @throws Error that says what is wrong */
  readColumn(file: string, column: string): readonly (number | string)[];
  /** Takes each problem that the schema cannot find. */
  complain(problem: FileProblem): void;
}

/** Endpoints of a plant file that are read but not open yet. */
export interface Prepared {
  /** Names that must be unique in the plant, in words: `endpoint gateway`, `device press`, `port 5020`. */
  readonly takes: readonly { readonly what: string; readonly path: readonly PropertyKey[] }[];
  readonly counts: { readonly endpoints: number; readonly devices: number };
  /**
   * Opens all of them.
   * @param onRequest called with each request that a device sees, faulty or not; for a subscribed one, of each client
   *   packet
   * @param onPublished called with each message with values that a subscribed device publishes
   * @throws when one cannot be opened, such as a port that is taken; then nothing is left running
   */
  open(
    host: string,
    onRequest?: (request: SeenRequest) => void,
    onPublished?: (message: PublishedMessage) => void,
  ): Promise<Played>;
}

/** A request as the device saw it. */
export interface SeenRequest {
  /** ms since 1970. */
  readonly at: number;
  readonly device: string;
  /** Unique in the plant: two ids on one device are two clients, or one that connected again. */
  readonly connectionId: number;
}

/** A message of a device that publishes its values by itself. */
export interface PublishedMessage {
  /** Time that the message gives for its values, in ms since 1970. */
  readonly at: number;
  readonly device: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A device for trials of its driver: `npm run test:faults` and the bench `drivers`. */
export interface TrialDevice<F extends Fault = Fault> {
  /** The endpoint of a plant file that plays it: values `v0`, which moves, to `v<count - 1>`, which stay. */
  endpoint(code: string, count: number): EndpointOfFile;
  /** Its points for the API, without their device. */
  points(count: number): readonly (Readonly<Record<string, unknown>> & { readonly code: string })[];
  /** Faults that hit the device in the middle of a session, one at a time. */
  readonly troubles: readonly F[];
}

/** A machine of the demo's workshop. */
export interface WorkshopMachine {
  readonly code: string;
  /** Chinese and English. */
  readonly name: string;
  /** Its place in the order of all machines, which is also the order of their ports. */
  readonly place: number;
  /** The endpoint of a plant file that plays it on this port. */
  endpoint(port: number): EndpointOfFile;
  /** Fields of the device for the API, in addition to code, name, site, host and port. */
  readonly device: Readonly<Record<string, unknown>> & { readonly protocol: string };
  /** Its points for the API, without their device. */
  readonly points: readonly (Readonly<Record<string, unknown>> & { readonly code: string })[];
}

/**
 * Plays devices of a driver's protocols. Each driver's folder has one: `drivers/<protocol>/simulator/src/simulator.ts`
 * exports it as `simulator`. Plants find it there by themselves; it need not be named.
 */
export interface Simulator<E extends EndpointOfFile = EndpointOfFile, F extends Fault = Fault> {
  /** Protocols, as configurations name them. */
  readonly protocols: readonly string[];
  /** Strict schema of an endpoint in a plant file, whose `protocol` is one of `protocols`. */
  readonly endpointSchema: z.ZodType<E>;
  readonly faultSchema: z.ZodType<F>;
  /** Descriptions of the faults by kind. */
  readonly faults: Readonly<Record<string, FaultDescription>>;
  readonly workshop: readonly WorkshopMachine[];
  readonly trial: TrialDevice<F>;
  /** Reads endpoints that fit the schema. Opens nothing. */
  prepare(endpoints: readonly Described<E>[], file: PlantFilePlace): Prepared;
}

export interface EndpointOfFile {
  readonly protocol: string;
}
