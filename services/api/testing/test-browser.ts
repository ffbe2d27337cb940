import type { Answer, AskedApi } from './api-under-test.ts';

export interface Visited {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * A browser without restrictions: it keeps each host's cookies, follows no redirect by itself, and says which page it
 * shows.
 */
export class TestBrowser {
  readonly #api: AskedApi | undefined;
  readonly #headers: Record<string, string>;
  /** Cookies by host with port, unlike in a real browser, because tests run on one host. */
  readonly #jars = new Map<string, Map<string, string>>();

  /** @param api the API to ask, or undefined if the browser visits only whole addresses */
  constructor(api?: AskedApi, headers: Record<string, string> = api ? { origin: api.url } : {}) {
    this.#api = api;
    this.#headers = headers;
  }

  /** The cookies sent to the API. */
  get cookie(): string | undefined {
    return this.#cookieFor(this.#ownApi.url);
  }

  set cookie(sent: string | undefined) {
    const pairs = sent?.split('; ').map((pair) => pair.split('=', 2) as [string, string]);
    this.setCookies(this.#ownApi.url, new Map(pairs));
  }

  /** A browser with the same cookies at another process. */
  at(api: AskedApi): TestBrowser {
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
    const answer = await this.visit(`${this.#ownApi.url}${path}`, {
      method,
      headers: {
        accept: 'application/json',
        ...this.#headers,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { ...answer, body: answer.text === '' ? undefined : JSON.parse(answer.text) };
  }

  headers(): Record<string, string> {
    const { cookie } = this;
    return { ...this.#headers, ...(cookie !== undefined && { cookie }) };
  }

  get = (path: string): Promise<Answer> => this.ask('GET', path);

  logIn = (login: string, typed: string, more: object = {}): Promise<Answer> =>
    this.ask('POST', '/api/login/', { login, password: typed, ...more });

  cookies(url: string): ReadonlyMap<string, string> {
    return this.#jar(url);
  }

  setCookies(url: string, cookies: ReadonlyMap<string, string>): void {
    this.#jars.set(new URL(url).host, new Map(cookies));
  }

  /** Makes one request. */
  async visit(url: string, init: RequestInit = {}): Promise<Visited> {
    const headers = new Headers(init.headers);
    headers.set('accept', headers.get('accept') ?? 'text/html');
    const cookie = this.#cookieFor(url);
    if (cookie !== undefined && !headers.has('cookie')) headers.set('cookie', cookie);
    const response = await fetch(url, {
      ...init,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(60_000),
    });
    const jar = this.#jar(url);
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === '' || /;\s*max-age=0/i.test(set)) jar.delete(name);
      else jar.set(name, value);
    }
    return { url, status: response.status, headers: response.headers, text: await response.text() };
  }

  /** Follows redirects up to an address that begins with `until`, which is not visited. */
  async followUntil(url: string, until: string): Promise<string> {
    let at = url;
    for (let hops = 0; hops < 12; hops += 1) {
      if (at.startsWith(until)) return at;
      const { status, headers, text } = await this.visit(at);
      const next = headers.get('location');
      if (next === null) throw new Error(`${at} answered ${status}: ${text.slice(0, 500)}`);
      at = new URL(next, at).href;
    }
    throw new Error(`no end of redirects: ${at}`);
  }

  get #ownApi(): AskedApi {
    if (!this.#api) throw new Error('this browser has no API of its own');
    return this.#api;
  }

  #cookieFor(url: string): string | undefined {
    const pairs = [...this.#jar(url)].map((pair) => pair.join('='));
    return pairs.length === 0 ? undefined : pairs.join('; ');
  }

  #jar(url: string): Map<string, string> {
    const { host } = new URL(url);
    const jar = this.#jars.get(host) ?? new Map<string, string>();
    this.#jars.set(host, jar);
    return jar;
  }
}

export const password = 'a long one for hall 1';

/** Adds a person as an administrator would, sets the password and logs in. */
export async function addPerson(
  api: AskedApi,
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
