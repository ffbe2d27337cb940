import { randomUUID } from 'node:crypto';
import { type Problem, problemContentType } from '@holdfast/shared/contracts/http/problem.ts';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import { describeProblem } from './output/describe-problem.ts';
import { records } from './output/values.ts';

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** Answers of the API are shown, not judged: fields that this release does not know are passed through in JSON. */
export type Item = Readonly<Record<string, unknown>>;

/** The API answered with a problem. */
export class ApiRefused extends CliError {
  override readonly name = 'ApiRefused';
  readonly status: number;
  readonly code: string;
  /** What of the request is at fault, where the problem says it. */
  readonly errors: readonly { readonly path: string; readonly message: string }[];

  constructor(problem: Partial<Problem> & { status: number }, retryAfter: string | null) {
    super(describeProblem(problem, retryAfter), exitCodeOf(problem));
    this.status = problem.status;
    this.code = problem.code ?? '';
    const errors: unknown = problem.errors;
    this.errors = records(errors).map(({ path, message }) => ({
      path: String(path ?? ''),
      message: String(message ?? ''),
    }));
  }
}

/** The request may have arrived. */
class AnswerLost extends CliError {
  override readonly name = 'AnswerLost';
}

export interface ApiAccess {
  readonly url: string;
  readonly key: string | undefined;
  readonly operator: string | undefined;
}

/** Longer than anything the API does for one call: a start with validation reads devices for 5 s. */
const answerMs = 30_000;
const pageSize = 500;

/**
 * The REST API. All calls fail with {@link ApiRefused}, or with a {@link CliError} of exit code 3 when nobody answers.
 */
export class ApiClient {
  private readonly access: ApiAccess;

  constructor(access: ApiAccess) {
    this.access = access;
  }

  get<T = Item>(path: string, query: Query = {}): Promise<T> {
    return this.call<T>('GET', path, query);
  }

  post<T = Item>(path: string, body?: unknown, query: Query = {}): Promise<T> {
    return this.call<T>('POST', path, query, body);
  }

  /**
   * POST of what the API carries out once however often it comes (Idempotency-Key): when the answer gets lost it is asked
   * for once more.
   */
  async command<T = Item>(path: string, body: unknown): Promise<T> {
    const headers = { 'idempotency-key': randomUUID() };
    try {
      return await this.call<T>('POST', path, {}, body, headers);
    } catch (error) {
      if (!(error instanceof AnswerLost)) throw error;
      return this.call<T>('POST', path, {}, body, headers);
    }
  }

  /** Changes an item as it is now, and not what somebody else has made of it meanwhile. */
  async patch<T = Item>(path: string, body: unknown): Promise<T> {
    const now = await this.send('GET', path, { query: {}, signal: AbortSignal.timeout(answerMs) });
    await now.body?.cancel();
    const etag = now.headers.get('etag');
    return this.call<T>('PATCH', path, {}, body, etag ? { 'if-match': etag } : {});
  }

  delete<T = Item | undefined>(path: string, query: Query = {}): Promise<T> {
    return this.call<T>('DELETE', path, query);
  }

  /**
   * Items of all pages, `atMost` of them.
   * @param head is given each page, for what it tells beside its items
   */
  async list(path: string, query: Query, atMost: number, head?: (page: Item) => void): Promise<Item[]> {
    const found: Item[] = [];
    let cursor: string | undefined;
    do {
      const limit = Math.min(pageSize, atMost - found.length);
      const page = await this.get<{ results: Item[]; next_cursor?: string | null }>(path, {
        ...query,
        limit,
        cursor,
      });
      head?.({ ...page });
      found.push(...page.results);
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined && found.length < atMost);
    return found.slice(0, atMost);
  }

  /** An answer whose body is read while it comes; only its beginning has a deadline. */
  async open(path: string, query: Query, headers: Record<string, string>): Promise<Response> {
    const opening = new AbortController();
    const timer = setTimeout(
      () => opening.abort(new DOMException('no answer in time', 'TimeoutError')),
      answerMs,
    );
    try {
      return await this.send('GET', path, { query, headers, signal: opening.signal });
    } finally {
      clearTimeout(timer);
    }
  }

  private async call<T>(
    method: string,
    path: string,
    query: Query,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<T> {
    const signal = AbortSignal.timeout(answerMs);
    const response = await this.send(method, path, { query, body, headers, signal });
    try {
      const text = await response.text();
      return (text === '' ? undefined : JSON.parse(text)) as T;
    } catch (error) {
      throw this.noAnswer(method, error);
    }
  }

  private async send(
    method: string,
    path: string,
    request: { query: Query; body?: unknown; headers?: Record<string, string>; signal: AbortSignal },
  ): Promise<Response> {
    const { key, operator } = this.access;
    let response: Response;
    try {
      response = await fetch(this.address(path, request.query), {
        method,
        // A redirect could carry the key, and a command, somewhere else.
        redirect: 'error',
        signal: request.signal,
        headers: {
          accept: 'application/json',
          ...(key && { authorization: `Bearer ${key}` }),
          ...(operator && { 'x-operator': asHeader(operator) }),
          ...(request.body !== undefined && { 'content-type': 'application/json' }),
          ...request.headers,
        },
        ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
      });
    } catch (error) {
      throw this.noAnswer(method, error);
    }
    if (!response.ok) throw await refusalOf(response);
    return response;
  }

  private address(path: string, query: Query): string {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      for (const each of [value].flat()) if (each !== undefined) parameters.append(name, String(each));
    }
    const text = parameters.toString();
    return `${this.access.url.replace(/\/+$/, '')}${path}${text && `?${text}`}`;
  }

  private noAnswer(method: string, error: unknown): CliError {
    const changes =
      method === 'GET' || isRefusedConnection(error)
        ? ''
        : '\nWhether it was done is not known: look before you try again.';
    const Kind = isRefusedConnection(error) ? CliError : AnswerLost;
    return new Kind(
      `No answer from the API at ${this.access.url} (${reasonOf(error)}).${changes}\n` +
        'Is it running? HOLDFAST_URL names another address; npm start runs everything on this machine.',
      exitCodes.unreachable,
      { cause: error },
    );
  }
}

async function refusalOf(response: Response): Promise<ApiRefused> {
  const text = await response.text().catch(() => '');
  const retryAfter = response.headers.get('retry-after');
  const isProblem = response.headers.get('content-type')?.startsWith(problemContentType) ?? false;
  if (isProblem) {
    try {
      return new ApiRefused({ ...JSON.parse(text), status: response.status }, retryAfter);
    } catch {
      // Cut off on its way: the status has to do.
    }
  }
  const detail = 'What answers at this address does not seem to be the API of Holdfast.';
  return new ApiRefused({ status: response.status, title: response.statusText, detail }, retryAfter);
}

function exitCodeOf({ status, code }: { readonly status: number; readonly code?: string }): number {
  // Answered for certain, by whoever asked the device.
  if (code === 'write_failed') return exitCodes.refused;
  if (status === 401 || status === 403) return exitCodes.notAllowed;
  if (status === 502 || status === 503 || status === 504) return exitCodes.unreachable;
  return exitCodes.refused;
}

/** Nobody was there to do anything, so that nothing was done. */
function isRefusedConnection(error: unknown): boolean {
  const { code } = (innermostOf(error) ?? {}) as NodeJS.ErrnoException;
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND';
}

/** fetch hides the reason behind "fetch failed". */
function innermostOf(error: unknown): unknown {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause;
  return innermost;
}

function reasonOf(error: unknown): string {
  const innermost = innermostOf(error);
  if (!(innermost instanceof Error)) return String(innermost);
  const { code } = innermost as NodeJS.ErrnoException;
  if (innermost.name === 'TimeoutError') return `nothing within ${answerMs / 1000} s`;
  return typeof code === 'string' && !innermost.message.includes(code)
    ? `${code} ${innermost.message}`.trim()
    : innermost.message;
}

/** A header takes bytes; names of people do not always fit into them. */
function asHeader(name: string): string {
  return Buffer.from(name.replace(/\p{Cc}/gu, '?').trim(), 'utf8').toString('latin1');
}
