import pg from 'pg';

/** admin_shutdown, crash_shutdown, cannot_connect_now: the server ends, or is not up yet. */
const endingStates = new Set(['57P01', '57P02', '57P03']);
const tooManyConnections = '53300';

/** Whether an error is the server's own word that it ends. */
export function saysItEnds(error: unknown): boolean {
  return error instanceof pg.DatabaseError && endingStates.has(error.code ?? '');
}

/** Outcome of making a connection. `ending`: the server wants to end; `silent`: nothing within the time for it. */
export type Welcome = 'welcome' | 'full' | 'ending' | 'refused' | 'silent';

type Connecting = pg.ClientConfig & { readonly connectionTimeoutMillis: number };

/** Makes a connection and ends it. Never throws. */
export async function welcomeAt(options: Connecting): Promise<Welcome> {
  const client = new pg.Client(options);
  client.on('error', () => undefined);
  const begun = performance.now();
  try {
    await client.connect();
    return 'welcome';
  } catch (error) {
    if (saysItEnds(error)) return 'ending';
    if (error instanceof pg.DatabaseError) return error.code === tooManyConnections ? 'full' : 'refused';
    // pg's own error of it can be told by its text only. Timers may ring a moment early.
    return performance.now() - begun < 0.9 * options.connectionTimeoutMillis ? 'refused' : 'silent';
  } finally {
    // Not awaited: the server's goodbye may never come.
    client.end().catch(() => undefined);
  }
}

/** How often a pool in use tries whether the server takes connections. */
const lookEveryMs = 5_000;

export type LeavingPoolOptions = pg.PoolConfig &
  Connecting & {
    /** Told of connections that broke. They are replaced, and whoever used one gets an error from its query. */
    readonly onBroken?: (error: Error) => void;
  };

/**
 * A pool of which every connection goes when the server wants to end. PostgreSQL that is told so by SIGTERM takes nobody new
 * and waits until the last client has left; a client that has a connection is not told, and finds out by making another.
 */
export class LeavingPool {
  readonly options: LeavingPoolOptions;
  readonly #poolOf = new WeakMap<pg.ClientBase, pg.Pool>();
  #pool: pg.Pool;
  #leaving: Promise<void>[] = [];
  #lookedAtMs = performance.now();

  constructor(options: LeavingPoolOptions) {
    this.options = options;
    this.#pool = this.#open();
  }

  async connect(): Promise<pg.PoolClient> {
    this.#lookNowAndThen();
    try {
      return await this.#pool.connect();
    } catch (error) {
      if (saysItEnds(error)) this.leave();
      throw error;
    }
  }

  /** To be asked now and then by whoever keeps a connection: false when it must be released. */
  mayStay(client: pg.ClientBase): boolean {
    this.#lookNowAndThen();
    return this.#poolOf.get(client) === this.#pool;
  }

  /** Asked by making a connection. Never throws. */
  async takesConnections(): Promise<boolean> {
    this.#lookedAtMs = performance.now();
    const welcome = await welcomeAt(this.options);
    if (welcome === 'ending') this.leave();
    // There is no room for others, but those that are there go on.
    return welcome === 'welcome' || (welcome === 'full' && this.#pool.totalCount > 0);
  }

  /** Idle connections end now, the others when they are released; who asks for one from now on gets a new one. */
  leave(): void {
    const left = this.#pool;
    if (left.totalCount === 0) return;
    this.#pool = this.#open();
    const leaving: Promise<void> = left.end().finally(() => {
      this.#leaving = this.#leaving.filter((each) => each !== leaving);
    });
    this.#leaving.push(leaving);
  }

  async end(): Promise<void> {
    await Promise.all([this.#pool.end(), ...this.#leaving]);
  }

  #lookNowAndThen(): void {
    if (performance.now() - this.#lookedAtMs >= lookEveryMs) void this.takesConnections();
  }

  #open(): pg.Pool {
    const pool = new pg.Pool(this.options);
    const broken = (error: Error): void => {
      this.options.onBroken?.(error);
      if (pool === this.#pool && saysItEnds(error)) this.leave();
    };
    // Both are needed: an idle client's error goes to the pool, a borrowed one's to the client itself, and an 'error' event
    // that nobody listens to ends the process.
    pool.on('error', broken);
    pool.on('connect', (client) => {
      this.#lookedAtMs = performance.now();
      this.#poolOf.set(client, pool);
      client.on('error', broken);
    });
    return pool;
  }
}
