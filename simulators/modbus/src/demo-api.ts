import { setTimeout as pause } from 'node:timers/promises';
import type * as z from 'zod';
import type { DemoApi } from './load-demo.ts';

const ANSWER_WITHIN_MS = 10_000;
const UNAVAILABLE = 503;

/**
 * Calls the API over HTTP. While it does not answer, or answers that something behind it is away, it is asked
 * again for ever: who starts everything at the same time cannot know how long the servers take.
 */
export function demoApi(options: {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  /** Needed unless the API has no keys and is on this machine. */
  readonly apiKey?: string | undefined;
  readonly retryEveryMs: number;
  /** Called once for each wait, with its reason. */
  readonly onWaiting: (why: string) => void;
}): DemoApi {
  const access = options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey}` };
  async function call<T extends z.ZodType>(path: string, init: RequestInit, schema: T): Promise<z.infer<T>> {
    let waiting = false;
    for (;;) {
      const answer = await ask(`${options.baseUrl}${path}`, init);
      if (answer.kind === 'answered') {
        if (answer.status >= 200 && answer.status < 300) return schema.parse(JSON.parse(answer.text));
        if (answer.status !== UNAVAILABLE) {
          throw new Error(
            `${init.method ?? 'GET'} ${path} was answered with ${answer.status}: ${answer.text}`,
          );
        }
      }
      if (!waiting) options.onWaiting(answer.text);
      waiting = true;
      await pause(options.retryEveryMs);
    }
  }
  return {
    get: (path, schema) => call(path, { headers: access }, schema),
    post: (path, body, schema) =>
      call(
        path,
        {
          method: 'POST',
          headers: { ...access, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        },
        schema,
      ),
  };
}

type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly text: string }
  | { readonly kind: 'no_answer'; readonly text: string };

async function ask(url: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    return { kind: 'answered', status: response.status, text: await response.text() };
  } catch (error) {
    const { message, cause } = error as Error;
    return { kind: 'no_answer', text: cause instanceof Error ? cause.message : message };
  }
}
