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

export interface Answered {
  readonly latenciesMs: readonly number[];
  /** From the first request to the last answer. */
  readonly tookMs: number;
  /** The first answer that was not 2xx, in words. */
  readonly refused: string | undefined;
}
