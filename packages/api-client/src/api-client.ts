import { deviceTestMs } from '@holdfast/shared/contracts/http/device-test-time.ts';
import { problemContentType } from '@holdfast/shared/contracts/http/problem-content-type.ts';
import { ApiRefusal, NoAnswer } from './api-failures.ts';

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** An object in an answer, including fields that this release does not know. */
export type Item = Readonly<Record<string, unknown>>;

export interface ApiAccess {
  /** With or without a slash at its end. */
  readonly url: string;
  /** A key, or the token of a login. */
  readonly key?: string | undefined;
  /** The program behind the calls, for change sets: `cli`. A browser identifies itself. */
  readonly program?: string | undefined;
  /** The person behind the calls, for events and the audit log. */
  readonly operator?: string | undefined;
  /** The language for titles of problems, determined for each call; English unless set. */
  readonly language?: (() => string) | undefined;
  /**
   * Longest wait for one answer. By default it is longer than the API takes for any call, including a test of a device.
   */
  readonly answerMs?: number | undefined;
  /** Turns failures into the caller's own errors. */
  readonly asOwnError?: (failure: ApiRefusal | NoAnswer) => Error;
}

/** An answer as it came, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: callers look into bodies of every shape
  readonly body: any;
}

/** What was read, and its entity tag. */
export interface Tagged<T> {
  readonly result: T;
  readonly etag: string | undefined;
}

/** What a change of configuration led to. */
export interface Changed<T> extends Tagged<T> {
  /** Number of the change set; undefined where nothing was changed. */
  readonly changeSet: number | undefined;
}

interface Request {
  readonly query?: Query;
  readonly body?: unknown;
  /** Sent as it is instead of a body. */
  readonly file?: Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

const pageSize = 500;
const waitsAtMostMs = 5_000;

/**
 * The REST API for its callers. Every method but {@link answer} fails with ApiRefusal or NoAnswer, or with what
 * `asOwnError` makes of them.
 */
export class ApiClient {
  readonly url: string;
  readonly #access: ApiAccess;
  readonly #answerMs: number;

  constructor(access: ApiAccess) {
    this.url = access.url.replace(/\/+$/, '');
    this.#access = access;
    this.#answerMs = access.answerMs ?? deviceTestMs + 10_000;
  }

  /** Asks once. @throws NoAnswer (never `asOwnError`'s), SyntaxError when the body is not JSON */
  async answer(method: string, path: string, request: Request = {}): Promise<Answer> {
    const signal = AbortSignal.timeout(this.#answerMs);
    const response = await this.#send(method, path, request, signal);
    const text = await response.text().catch((error: unknown) => {
      throw new NoAnswer(method, this.#answerMs, error);
    });
    const { status, headers } = response;
    return { status, headers, body: text === '' ? undefined : JSON.parse(text) };
  }

  get<T = Item>(path: string, query: Query = {}): Promise<T> {
    return this.#withOwnError(() => this.#call<T>('GET', path, { query }));
  }

  /** @param ifMatch tag of a dry run: the call does only what that has shown */
  post<T = Item>(path: string, body?: unknown, query: Query = {}, ifMatch?: string): Promise<T> {
    const headers = ifMatch === undefined ? {} : { 'if-match': ifMatch };
    return this.#withOwnError(() => this.#call<T>('POST', path, { query, body, headers }));
  }

  /**
   * A POST that the API carries out only once, however often it comes (Idempotency-Key): if the answer is lost, it is
   * sent once more.
   * @param ifMatch tag of the item to which it applies
   */
  command<T = Item>(path: string, body: unknown, ifMatch?: string): Promise<T> {
    const headers = { 'idempotency-key': randomHex(), ...(ifMatch !== undefined && { 'if-match': ifMatch }) };
    const ask = () => this.#call<T>('POST', path, { body, headers });
    return this.#withOwnError(() =>
      ask().catch((error: unknown) => {
        if (!(error instanceof NoAnswer && error.mayHaveArrived)) throw error;
        return ask();
      }),
    );
  }

  /** A dry run, and its tag for {@link post} or {@link change}. */
  dryRun<T = Item>(path: string, body: object, method: 'POST' | 'PATCH' = 'POST'): Promise<Tagged<T>> {
    return this.#withOwnError(() => this.#tagged<T>(method, path, { ...body, dry_run: true }));
  }

  /** An item, and its tag for {@link change} or {@link patch}. */
  getTagged<T = Item>(path: string): Promise<Tagged<T>> {
    return this.#withOwnError(() => this.#tagged<T>('GET', path));
  }

  /**
   * A change of configuration. It is not repeated if the answer is lost.
   * @param ifMatch tag of the item, or of a dry run, to which it applies
   */
  change<T = Item>(
    method: 'POST' | 'PATCH' | 'DELETE',
    path: string,
    { ifMatch, ...request }: { readonly query?: Query; readonly body?: unknown; readonly ifMatch?: string },
  ): Promise<Changed<T>> {
    return this.#withOwnError(async () => {
      const headers = ifMatch === undefined ? {} : { 'if-match': ifMatch };
      const response = await this.#accepted(
        ...([method, path, { ...request, headers }, AbortSignal.timeout(this.#answerMs)] as const),
      );
      const changeSet = response.headers.get('change-set');
      const text = await this.#textOf(method, response);
      return {
        result: (text === '' ? undefined : JSON.parse(text)) as T,
        etag: response.headers.get('etag') ?? undefined,
        changeSet: changeSet === null ? undefined : Number(changeSet),
      };
    });
  }

  /**
   * Changes an item only as it is now, so as not to overwrite a concurrent change.
   * @param ifMatch its tag as the caller read it; read here unless set
   */
  patch<T = Item>(path: string, body: unknown, query: Query = {}, ifMatch?: string): Promise<T> {
    return this.#withOwnError(async () => {
      if (ifMatch !== undefined) {
        return this.#call<T>('PATCH', path, { query, body, headers: { 'if-match': ifMatch } });
      }
      const now = await this.#accepted('GET', path, {}, AbortSignal.timeout(this.#answerMs));
      await now.body?.cancel();
      const etag = now.headers.get('etag');
      return this.#call<T>('PATCH', path, { query, body, ...(etag && { headers: { 'if-match': etag } }) });
    });
  }

  /** Changes many items, whatever their present state. */
  changeAll<T = Item>(method: 'PATCH' | 'POST', path: string, body: unknown, query: Query = {}): Promise<T> {
    return this.#withOwnError(() =>
      this.#call<T>(method, path, { body, query, headers: { 'if-match': '*' } }),
    );
  }

  /** Calls an action of an item only as it is now, and not after a concurrent change. */
  callOf<T = Item>(item: string, call: string, body: unknown, query: Query = {}): Promise<T> {
    return this.#withOwnError(async () => {
      const now = await this.#accepted('GET', item, {}, AbortSignal.timeout(this.#answerMs));
      await now.body?.cancel();
      const etag = now.headers.get('etag');
      const headers = etag ? { 'if-match': etag } : {};
      return this.#call<T>('POST', `${item}${call}`, { body, query, headers });
    });
  }

  /** Sends a file by POST. */
  sendFile<T = Item>(path: string, file: Uint8Array<ArrayBuffer>, query: Query): Promise<T> {
    const headers = { 'content-type': 'application/octet-stream' };
    return this.#withOwnError(() => this.#call<T>('POST', path, { query, file, headers }));
  }

  delete<T = Item | undefined>(path: string, query: Query = {}): Promise<T> {
    return this.#withOwnError(() => this.#call<T>('DELETE', path, { query }));
  }

  /**
   * Items from all pages, at most `atMost`.
   * @param head gets each page, for what it contains besides its items
   */
  async list(path: string, query: Query, atMost: number, head?: (page: Item) => void): Promise<Item[]> {
    const items: Item[] = [];
    let cursor: string | undefined;
    do {
      const limit = Math.min(pageSize, atMost - items.length);
      const page = await this.get<{ results: Item[]; next_cursor?: string | null }>(path, {
        ...query,
        limit,
        cursor,
      });
      head?.({ ...page });
      items.push(...page.results);
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined && items.length < atMost);
    return items.slice(0, atMost);
  }

  /** An answer whose body is read as it comes; only its beginning has a deadline. */
  open(path: string, query: Query, headers: Record<string, string>): Promise<Response> {
    return this.#withOwnError(async () => {
      const opening = new AbortController();
      const timer = setTimeout(
        () => opening.abort(new DOMException('no answer in time', 'TimeoutError')),
        this.#answerMs,
      );
      try {
        return await this.#accepted('GET', path, { query, headers }, opening.signal);
      } finally {
        clearTimeout(timer);
      }
    });
  }

  async #withOwnError<T>(ask: () => Promise<T>): Promise<T> {
    const { asOwnError } = this.#access;
    try {
      return await ask();
    } catch (error) {
      const isOurs = error instanceof ApiRefusal || error instanceof NoAnswer;
      throw isOurs && asOwnError ? asOwnError(error) : error;
    }
  }

  async #tagged<T>(method: string, path: string, body?: object): Promise<Tagged<T>> {
    const response = await this.#accepted(method, path, { body }, AbortSignal.timeout(this.#answerMs));
    const text = await this.#textOf(method, response);
    return { result: JSON.parse(text) as T, etag: response.headers.get('etag') ?? undefined };
  }

  async #textOf(method: string, response: Response): Promise<string> {
    try {
      return await response.text();
    } catch (error) {
      throw new NoAnswer(method, this.#answerMs, error);
    }
  }

  async #call<T>(method: string, path: string, request: Request): Promise<T> {
    const response = await this.#accepted(method, path, request, AbortSignal.timeout(this.#answerMs));
    try {
      const text = await response.text();
      return (text === '' ? undefined : JSON.parse(text)) as T;
    } catch (error) {
      throw new NoAnswer(method, this.#answerMs, error);
    }
  }

  async #accepted(method: string, path: string, request: Request, signal: AbortSignal): Promise<Response> {
    for (;;) {
      const response = await this.#send(method, path, request, signal);
      if (response.ok) return response;
      const refusal = await refusalOf(response);
      const waitMs = Number(refusal.retryAfter ?? 0) * 1_000;
      // Nothing was done. The API lets a client that makes many changes in a row go on second by second.
      const isSoon = waitMs >= 1_000 && waitMs <= waitsAtMostMs;
      if (refusal.code !== 'too_many_requests' || !isSoon) throw refusal;
      await pause(waitMs, signal);
    }
  }

  async #send(method: string, path: string, request: Request, signal: AbortSignal): Promise<Response> {
    const { key, operator, language, program } = this.#access;
    try {
      return await fetch(`${this.url}${path}${queryText(request.query ?? {})}`, {
        method,
        // A redirect could take the key, and a command, somewhere else.
        redirect: 'error',
        signal,
        headers: {
          accept: 'application/json',
          ...(program && { 'user-agent': `holdfast-${program}` }),
          ...(language && { 'accept-language': language() }),
          ...(key && { authorization: `Bearer ${key}` }),
          ...(operator && { 'x-operator': asHeader(operator) }),
          ...(request.body !== undefined && { 'content-type': 'application/json' }),
          ...request.headers,
        },
        ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
        ...(request.file && { body: request.file }),
      });
    } catch (error) {
      throw new NoAnswer(method, this.#answerMs, error);
    }
  }
}

function queryText(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of [value].flat()) if (each !== undefined) parameters.append(name, String(each));
  }
  const text = parameters.toString();
  return text && `?${text}`;
}

async function refusalOf(response: Response): Promise<ApiRefusal> {
  const text = await response.text().catch(() => '');
  const retryAfter = response.headers.get('retry-after');
  const isProblem = response.headers.get('content-type')?.startsWith(problemContentType) ?? false;
  if (isProblem) {
    try {
      return new ApiRefusal({ ...JSON.parse(text), status: response.status }, retryAfter);
    } catch {
      // The body was cut off on its way: the status must do.
    }
  }
  const detail = 'The server at this address does not seem to be the API of Holdfast.';
  return new ApiRefusal({ status: response.status, title: response.statusText, detail }, retryAfter);
}

/** Ends early when the time is up; the request after it then ends at once too. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** A header takes only bytes; people's names do not always fit. */
function asHeader(name: string): string {
  return String.fromCharCode(...new TextEncoder().encode(name.replace(/\p{Cc}/gu, '?').trim()));
}

/** Browsers have crypto.randomUUID only for pages that came by HTTPS. */
function randomHex(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
