import { setTimeout as sleep } from 'node:timers/promises';
import { problemSchema } from '@holdfast/shared/contracts/http/problem.ts';
import type * as z from 'zod';
import { StackError } from './stack-error.ts';

/** An answer of the API that is an error. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface ApiClient {
  get<T extends z.ZodType>(path: string, answer: T): Promise<z.infer<T>>;
  post<T extends z.ZodType>(path: string, body: unknown, answer: T): Promise<z.infer<T>>;
  patch<T extends z.ZodType>(path: string, body: unknown, answer: T): Promise<z.infer<T>>;
}

const KEEP_TRYING_MS = 60_000;
const PAUSE_MS = 200;
const ANSWER_WITHIN_MS = 10_000;
const UNAVAILABLE = 503;

/**
 * The API as a caller outside sees it. 503 means that a server behind it is away for a moment: asked again, for a
 * minute. Calls reject with `ApiRefusal`, or with `StackError` when there is no answer.
 */
export function apiClient(baseUrl: string, signal: AbortSignal): ApiClient {
  async function call<T extends z.ZodType>(
    method: string,
    path: string,
    body: unknown,
    schema: T,
  ): Promise<z.infer<T>> {
    const giveUpAt = performance.now() + KEEP_TRYING_MS;
    for (;;) {
      signal.throwIfAborted();
      const answer = await callOnce(method, `${baseUrl}${path}`, body).catch((error: unknown) => ({ error }));
      if (!('error' in answer) && answer.status !== UNAVAILABLE) return take(answer, schema);
      if (performance.now() >= giveUpAt) {
        const why = 'error' in answer ? String(answer.error) : JSON.stringify(answer.body);
        throw new StackError(`The API did not answer ${method} ${path}: ${why}`);
      }
      await sleep(PAUSE_MS);
    }
  }
  return {
    get: (path, answer) => call('GET', path, undefined, answer),
    post: (path, body, answer) => call('POST', path, body, answer),
    patch: (path, body, answer) => call('PATCH', path, body, answer),
  };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function callOnce(method: string, url: string, body: unknown): Promise<Answer> {
  const response = await fetch(url, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  return { status: response.status, body: await response.json() };
}

function take<T extends z.ZodType>({ status, body }: Answer, schema: T): z.infer<T> {
  if (status >= 200 && status < 300) return schema.parse(body);
  const problem = problemSchema.safeParse(body);
  throw problem.success
    ? new ApiRefusal(problem.data.code, `${problem.data.title}: ${problem.data.detail}`)
    : new ApiRefusal(`http_${status}`, JSON.stringify(body));
}
