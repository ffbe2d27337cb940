import { InvalidMeasurement } from '../benchmark.ts';
import { autocannonLoad } from './autocannon-load.ts';
import { socketLoad } from './socket-load.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
}

/** One step of what a connection sends. */
export interface Step {
  /** Called right before it is sent. */
  readonly request: () => HttpRequest;
  /** Receives the body of an answer with 2xx. */
  readonly onAnswer?: (body: string) => void;
}

export interface LoadOptions {
  readonly url: string;
  /** Connections, each with one request under way at a time. */
  readonly connections: number;
  /** Requests of all connections together. */
  readonly requests: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The requests that one connection sends, over and over, in this order. */
  readonly sends: (connection: number) => readonly Step[];
}

export interface Load {
  readonly perSecond: number;
  /** One for each answer, in ms. */
  readonly latenciesMs: readonly number[];
}

export const generators = ['sockets', 'autocannon'] as const;
export type Generator = (typeof generators)[number];

export interface Answered {
  readonly latenciesMs: readonly number[];
  /** From the first request to the last answer. */
  readonly tookMs: number;
  /** The first answer that was not 2xx, in words. */
  readonly refused: string | undefined;
}

/**
 * `sockets` knows only as much of HTTP as these servers answer with. It takes half as much of the machine, which it
 * shares with what it measures.
 * @throws InvalidMeasurement unless every request was answered with 2xx
 */
export async function loadOf(generator: Generator, options: LoadOptions): Promise<Load> {
  const load = generator === 'sockets' ? socketLoad : autocannonLoad;
  const { latenciesMs, tookMs, refused } = await load(options);
  if (refused !== undefined || latenciesMs.length !== options.requests) {
    throw new InvalidMeasurement(
      `of ${options.requests} requests ${latenciesMs.length} were answered with 2xx; ${refused ?? 'the others were not answered'}`,
    );
  }
  return { perSecond: options.requests / (tookMs / 1_000), latenciesMs };
}
