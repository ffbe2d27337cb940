import type { Answer, ApiUnderTest } from './api-under-test.ts';

/** A browser without its rules: it keeps the cookie that it is given and says which page it shows. */
export class TestBrowser {
  cookie: string | undefined;
  readonly #api: ApiUnderTest;
  readonly #headers: Record<string, string>;

  constructor(api: ApiUnderTest, headers: Record<string, string> = { origin: api.url }) {
    this.#api = api;
    this.#headers = headers;
  }

  /** The same cookie at another process. */
  at(api: ApiUnderTest): TestBrowser {
    const other = new TestBrowser(api);
    other.cookie = this.cookie;
    return other;
  }

  async ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await this.#api.raw(path, {
      method,
      headers: {
        ...this.headers(),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const [set] = answer.headers.getSetCookie();
    if (set !== undefined) this.cookie = set.includes('Max-Age=0') ? undefined : set.split(';', 1)[0];
    return answer;
  }

  headers(): Record<string, string> {
    return { ...this.#headers, ...(this.cookie !== undefined && { cookie: this.cookie }) };
  }

  get = (path: string): Promise<Answer> => this.ask('GET', path);

  logIn = (login: string, typed: string, more: object = {}): Promise<Answer> =>
    this.ask('POST', '/api/login/', { login, password: typed, ...more });
}

export const password = 'a long one for hall 1';

/** Somebody whom an administrator has added, who has set the password and is logged in. */
export async function addPerson(
  api: ApiUnderTest,
  administratorKey: string,
  { login, grants }: { readonly login: string; readonly grants: readonly object[] },
): Promise<{ readonly id: string; readonly browser: TestBrowser }> {
  const { status, body } = await api.raw('/api/system/users/', {
    method: 'POST',
    headers: { authorization: `Bearer ${administratorKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ login, grants }),
  });
  if (status !== 201) throw new Error(JSON.stringify(body));
  const browser = new TestBrowser(api);
  const { link } = body.password_link;
  const opened = await browser.ask('POST', '/api/login/link/', { link, password });
  if (opened.status !== 200) throw new Error(JSON.stringify(opened.body));
  return { id: body.id, browser };
}
