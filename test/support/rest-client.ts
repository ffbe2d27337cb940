export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly body: any;
}

export interface RestClient {
  readonly url: string;
  get(path: string): Promise<RestAnswer>;
  post(path: string, body?: unknown): Promise<RestAnswer>;
  /** POSTs and returns the body; throws unless it was answered with 2xx. */
  create(path: string, body: unknown): Promise<RestAnswer['body']>;
}

/** @param key of the API, where it is needed */
export function restClient(url: string, key?: string): RestClient {
  const send = async (method: string, path: string, body?: unknown): Promise<RestAnswer> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
  };
  return {
    url,
    get: (path) => send('GET', path),
    post: (path, body) => send('POST', path, body ?? {}),
    create: async (path, body) => {
      const answer = await send('POST', path, body);
      if (answer.status < 200 || answer.status > 299) {
        throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      }
      return answer.body;
    },
  };
}
