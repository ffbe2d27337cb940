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

/** For people: an example that is taken as it is, and what the device then does. */
export interface FaultDescription {
  readonly example: string;
  readonly does: string;
}

/** Where faults are set: on one device, or on an endpoint, then for all of its devices. */
export type FaultPlace = { readonly device: string } | { readonly endpoint: string };

export interface ShownFault<F = Fault> {
  readonly fault: F;
  /** false while one with a schedule rests. */
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
  /** Its endpoint's place for people: `127.0.0.1:5020`. */
  readonly where: string;
  /** The device there, for people: `unit 1`; empty where it is alone. */
  readonly unit: string;
}

/** Devices at work. Codes and names that it is asked about are its own. */
export interface Played<F = Fault> {
  readonly devices: readonly PlayedDevice[];
  /** In place of the one before. */
  setFault(place: FaultPlace, fault: F): void;
  /** Faults that the plant file plans stay. */
  clearFault(place: FaultPlace): void;
  /** The one that was set, or else one of the plan while it acts. */
  shownFault(place: FaultPlace): ShownFault<F> | undefined;
  /** Why the device or endpoint cannot have this fault, although its fields are right. */
  faultProblem(place: FaultPlace, fault: F): string | undefined;
  /** Connections that are open at the device's endpoint now. */
  openConnections(code: string): number;
  /** Idempotent. */
  stop(): Promise<void>;
}

/** Something of a plant file with its path there, for what is said about it. */
export interface Described<T> {
  readonly path: readonly PropertyKey[];
  readonly of: T;
}

/** The surroundings of a plant file. */
export interface PlantFilePlace {
  /** ms since 1970; values and planned faults count from then on. */
  readonly startedAtMs: number;
  /** A column of a CSV file beside the plant file. @throws Error that says what is wrong */
  readColumn(file: string, column: string): readonly (number | string)[];
  /** Told of everything that is wrong beyond the schema. */
  complain(problem: FileProblem): void;
}

/** Endpoints of a plant file, read and not open yet. */
export interface Prepared {
  /** Names that nobody else of the plant may have, in words: `endpoint gateway`, `device press`, `port 5020`. */
  readonly takes: readonly { readonly what: string; readonly path: readonly PropertyKey[] }[];
  readonly counts: { readonly endpoints: number; readonly devices: number };
  /**
   * Opens all of them.
   * @param onRequest told of each request that a device sees, faulty or not; of a subscribed one, of each packet of a client
   * @param onPublished told of each message with values that a subscribed one publishes
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

/** A message of a device that tells its values by itself. */
export interface PublishedMessage {
  /** Time that it gives for its values, in ms since 1970. */
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
  /** Faults of which one at a time befalls a device in the middle of a session. */
  readonly troubles: readonly F[];
}

/** A machine of the demo's workshop. */
export interface WorkshopMachine {
  readonly code: string;
  /** Chinese and English. */
  readonly name: string;
  /** Its place in the order of all machines, in which they have their ports. */
  readonly place: number;
  /** The endpoint of a plant file that plays it on this port. */
  endpoint(port: number): EndpointOfFile;
  /** Fields of the device for the API, beside code, name, site, host and port. */
  readonly device: Readonly<Record<string, unknown>> & { readonly protocol: string };
  /** Its points for the API, without their device. */
  readonly points: readonly (Readonly<Record<string, unknown>> & { readonly code: string })[];
}

/**
 * Plays devices of a driver's protocols. Each driver's folder brings one: `drivers/<protocol>/simulator/src/simulator.ts`
 * exports it as `simulator`. Plants find it there by themselves: nobody names it.
 */
export interface Simulator<E extends EndpointOfFile = EndpointOfFile, F extends Fault = Fault> {
  /** As configurations name them. */
  readonly protocols: readonly string[];
  /** An endpoint of a plant file, strict; its `protocol` is one of those. */
  readonly endpointSchema: z.ZodType<E>;
  readonly faultSchema: z.ZodType<F>;
  /** By kind. */
  readonly faults: Readonly<Record<string, FaultDescription>>;
  readonly workshop: readonly WorkshopMachine[];
  readonly trial: TrialDevice<F>;
  /** Reads what the schema has let pass. Opens nothing. */
  prepare(endpoints: readonly Described<E>[], file: PlantFilePlace): Prepared;
}

export interface EndpointOfFile {
  readonly protocol: string;
}
