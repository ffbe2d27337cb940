import { expectGolden, formatJson } from '@holdfast/test/support/golden.ts';
import type { Answer, ApiClient } from './api-under-test.ts';

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
