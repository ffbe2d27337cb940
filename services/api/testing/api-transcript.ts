import { expectGolden, formatJson } from '@holdfast/test/support/golden.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { beforeAll, beforeEach } from 'vitest';
import { apiDatabase } from './api-database.ts';
import { startApiInProcess } from './api-in-process.ts';
import type { Answer, ApiClient } from './api-under-test.ts';

/** An API of its own for a test file, each of whose tests writes down what it asks. @param prepare once, before all tests */
export function transcribedApi(prepare: (api: ApiClient) => Promise<unknown> = async () => undefined) {
  let api: ApiClient | undefined;
  let transcript: ApiTranscript | undefined;
  const started = () => {
    if (!api || !transcript) throw new Error('no test has begun');
    return { api, transcript };
  };
  beforeAll(async () => {
    api = await startApiInProcess({ nats: (await natsForTest()).url, database: await apiDatabase() });
    await api.ready();
    await prepare(api);
  });
  beforeEach(() => {
    if (api) transcript = new ApiTranscript(api);
  });
  return {
    get: (path: string) => started().api.get(path),
    ask: (...request: Parameters<ApiTranscript['ask']>) => started().transcript.ask(...request),
    matches: (name: string) => started().transcript.matches(name),
    api: () => started().api,
  };
}

/** Writes down requests with the answers of an API, to be compared as a whole. */
export class ApiTranscript {
  readonly #api: ApiClient;
  #text = '';

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** @param body JSON, or the content of a file */
  async ask(
    method: string,
    path: string,
    body?: object | Buffer,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const isFile = Buffer.isBuffer(body);
    const answer = await this.#api.raw(path, {
      method,
      headers: { ...(body && !isFile && { 'content-type': 'application/json' }), ...headers },
      ...(body && { body: isFile ? Uint8Array.from(body) : JSON.stringify(body) }),
    });
    const sent = body === undefined ? '' : ` ${isFile ? 'a file' : JSON.stringify(body)}`;
    const got = typeof answer.body === 'string' ? answer.body : formatJson(answer.body);
    this.#text += `${method} ${path}${sent}\n${answer.status} ${got}\n\n`;
    return answer;
  }

  matches(name: string): Promise<void> {
    return expectGolden(name, this.#text);
  }
}
