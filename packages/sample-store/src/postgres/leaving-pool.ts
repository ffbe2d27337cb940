import pg from 'pg';

/** admin_shutdown, crash_shutdown, cannot_connect_now: the server is shutting down, or is not up yet. */
const endingStates = new Set(['57P01', '57P02', '57P03']);
const tooManyConnections = '53300';

/** Whether an error says that the server is shutting down. */
export function saysItEnds(error: unknown): boolean {
  return error instanceof pg.DatabaseError && endingStates.has(error.code ?? '');
}

/** Outcome of an attempt to connect. `ending`: the server is shutting down; `silent`: no answer within the time for it. */
export type Welcome = 'welcome' | 'full' | 'ending' | 'refused' | 'silent';

type Connecting = pg.ClientConfig & { readonly connectionTimeoutMillis: number };

/** Longest wait for the server to confirm the end of a connection. */
const goodbyeMs = 2_000;

/**
 * A connection that is not used again once a query had no answer in time: pg would send the next query behind it, whose
 * answer comes after that of the first, if ever. One that is ended leaves no socket behind where the server does not
 * confirm its end, as a frozen or unreachable one never does.
 */
export class DatabaseClient extends pg.Client {
  constructor(config: pg.ClientConfig) {
    super(config);
    // As properties, since the many signatures of pg's methods cannot be written again.
    const query = this.query.bind(this) as (...parameters: unknown[]) => unknown;
    this.query = ((...parameters: unknown[]) => {
      const answer = query(...parameters);
      if (answer instanceof Promise) answer.catch((error: unknown) => this.#failed(error));
      return answer;
    }) as typeof this.query;
    const end = this.end.bind(this) as (ended?: () => void) => Promise<void> | undefined;
    this.end = ((ended?: () => void) => {
      const giveUp = setTimeout(() => this.connection.stream.destroy(), goodbyeMs);
      giveUp.unref();
      this.connection.once('end', () => clearTimeout(giveUp));
      return end(ended);
    }) as typeof this.end;
  }

  /** Reported before the caller learns of it, so that the pool does not take the connection back. */
  #failed(error: unknown): void {
    if (error instanceof pg.DatabaseError) return;
    this.connection.emit('error', error);
    this.connection.stream.destroy();
  }
}

/** Connects and disconnects again. Never throws. */
export async function welcomeAt(options: Connecting): Promise<Welcome> {
  const client = new DatabaseClient(options);
  client.on('error', () => undefined);
  const begun = performance.now();
  try {
    await client.connect();
    return 'welcome';
  } catch (error) {
    if (saysItEnds(error)) return 'ending';
    if (error instanceof pg.DatabaseError) return error.code === tooManyConnections ? 'full' : 'refused';
    // pg's own timeout error can be recognised only by its text. Timers may fire a moment early.
    return performance.now() - begun < 0.9 * options.connectionTimeoutMillis ? 'refused' : 'silent';
  } finally {
    // Not awaited: the server may never confirm the end.
    client.end().catch(() => undefined);
  }
}

/** How often a pool in use tests whether the server takes connections. */
const lookEveryMs = 5_000;

export type LeavingPoolOptions = pg.PoolConfig &
  Connecting & {
    /** Notified of broken connections. They are replaced, and a query over one of them fails. */
    readonly onBroken?: (error: Error) => void;
  };

/**
 * A pool that closes every connection when the server wants to shut down. On SIGTERM, PostgreSQL takes no new clients
 * and waits until the last one has left. It does not notify those that are connected. They only find out by making
 * another connection.
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

  /** Ask this now and then while keeping a connection: false when it must be released. */
  mayStay(client: pg.ClientBase): boolean {
    this.#lookNowAndThen();
    return this.#poolOf.get(client) === this.#pool;
  }

  /** Finds out by connecting. Never throws. */
  async takesConnections(): Promise<boolean> {
    this.#lookedAtMs = performance.now();
    const welcome = await welcomeAt(this.options);
    if (welcome === 'ending') this.leave();
    // When full there is no room for others, but existing connections go on.
    return welcome === 'welcome' || (welcome === 'full' && this.#pool.totalCount > 0);
  }

  /** Closes idle connections now, and the others when they are released; from now on callers get new ones. */
  leave(): void {
    const formerPool = this.#pool;
    if (formerPool.totalCount === 0) return;
    this.#pool = this.#open();
    const leaving: Promise<void> = formerPool.end().finally(() => {
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
    const pool = new pg.Pool({
      ...this.options,
      Client: DatabaseClient as unknown as new () => pg.ClientBase,
    });
    const broken = (error: Error): void => {
      this.options.onBroken?.(error);
      if (pool === this.#pool && saysItEnds(error)) this.leave();
    };
    // Both are needed: an idle client's error goes to the pool, a borrowed one's to the client itself, and an unhandled
    // 'error' event ends the process.
    pool.on('error', broken);
    pool.on('connect', (client) => {
      this.#lookedAtMs = performance.now();
      this.#poolOf.set(client, pool);
      client.on('error', broken);
    });
    return pool;
  }
}
