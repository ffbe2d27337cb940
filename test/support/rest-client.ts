import { type Answer, ApiClient } from '@holdfast/api-client/api-client.ts';

export interface RestClient {
  readonly url: string;
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown): Promise<Answer>;
  /** POSTs and returns the body; throws unless it was answered with 2xx. */
  create(path: string, body: unknown): Promise<Answer['body']>;
  /** PATCHes and returns the body; throws unless it was answered with 2xx. */
  change(path: string, body: unknown): Promise<Answer['body']>;
}

/** The API, asked once a call; answers are given as they come. @param key of the API, where it is needed */
export function restClient(url: string, key?: string): RestClient {
  const client = new ApiClient({ url, key, answerMs: 20_000 });
  return {
    url,
    get: (path) => client.answer('GET', path),
    post: (path, body = {}) => client.answer('POST', path, { body }),
    create: (path, body) => client.post(path, body),
    change: (path, body) => client.patch(path, body),
  };
}
