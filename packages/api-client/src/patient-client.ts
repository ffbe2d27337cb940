import { setTimeout as pause } from 'node:timers/promises';
import type * as z from 'zod';
import { ApiClient } from './api-client.ts';
import { ApiRefusal, NoAnswer } from './api-failures.ts';

export interface PatientClient {
  get<T extends z.ZodType>(path: string, answer: T): Promise<z.infer<T>>;
  post<T extends z.ZodType>(path: string, body: unknown, answer: T): Promise<z.infer<T>>;
  patch<T extends z.ZodType>(path: string, body: unknown, answer: T): Promise<z.infer<T>>;
}

export interface Patience {
  readonly key?: string | undefined;
  readonly program?: string;
  readonly retryEveryMs: number;
  /** Waits for ever unless set. */
  readonly giveUpAfterMs?: number;
  readonly signal?: AbortSignal;
  /** Called once for each wait, with its reason. */
  readonly onWaiting?: (why: string) => void;
}

const answerMs = 10_000;

/**
 * The API for programs that start together with it. While there is no answer, or a server behind it is unavailable
 * (503), they ask again. Only calls that are safe to repeat are made through it.
 * @throws ApiRefusal, and NoAnswer once the patience has ended
 */
export function patientClient(url: string, patience: Patience): PatientClient {
  const client = new ApiClient({ url, key: patience.key, program: patience.program, answerMs });

  async function untilAnswered<T extends z.ZodType>(
    ask: () => Promise<unknown>,
    schema: T,
  ): Promise<z.infer<T>> {
    const { giveUpAfterMs = Number.POSITIVE_INFINITY, signal, onWaiting, retryEveryMs } = patience;
    const giveUpAt = performance.now() + giveUpAfterMs;
    for (let isWaiting = false; ; isWaiting = true) {
      signal?.throwIfAborted();
      let failure: Error;
      try {
        return schema.parse(await ask());
      } catch (error) {
        const isAway = error instanceof NoAnswer || (error instanceof ApiRefusal && error.status === 503);
        if (!isAway || performance.now() >= giveUpAt) throw error;
        failure = error;
      }
      if (!isWaiting) onWaiting?.(failure.message);
      await pause(retryEveryMs);
    }
  }

  return {
    get: (path, schema) => untilAnswered(() => client.get(path), schema),
    post: (path, body, schema) => untilAnswered(() => client.post(path, body), schema),
    patch: (path, body, schema) => untilAnswered(() => client.patch(path, body), schema),
  };
}
