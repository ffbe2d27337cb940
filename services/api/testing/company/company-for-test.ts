import { fileURLToPath } from 'node:url';
import { type RunningProcess, startProcess } from '@holdfast/dev/child-process.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';

const program = fileURLToPath(new URL('company-issuer.mjs', import.meta.url));

export const clientId = 'holdfast';
export const clientSecret = 'a-secret-of-the-company';

/** Who sits at the browser, and what the issuer knows of people. */
interface Told {
  /** Null: says no. */
  readonly subject?: string | null;
  readonly claims?: Readonly<Record<string, object>>;
  readonly in_id_token?: boolean;
  /** How far the issuer's clock is ahead. */
  readonly ahead_s?: number;
}

export interface CompanyForTest {
  readonly issuer: string;
  readonly process: RunningProcess;
  tell(what: Told): Promise<void>;
  stop(): Promise<void>;
  /** After a stop, at the same address; it has forgotten all. */
  start(): Promise<void>;
}

/**
 * A company's identity provider (oidc-provider) as a process of its own.
 * @param urls.host under which it goes: for browsers localhost is another site than 127.0.0.1
 */
export async function companyForTest(urls: {
  redirect: string;
  logout: string;
  host?: string;
}): Promise<CompanyForTest> {
  const issuer = `http://${urls.host ?? '127.0.0.1'}:${await freePort()}`;
  let running: RunningProcess;
  const start = async () => {
    running = await startProcess({
      name: 'company',
      command: process.execPath,
      args: [program, issuer, urls.redirect, urls.logout],
      env: { NODE_ENV: 'test' },
    });
    await eventually(async () => (await fetch(`${issuer}/.well-known/openid-configuration`)).ok, {
      what: 'the issuer to answer',
    });
  };
  await start();
  cleanUpAfterFile(async () => void (await running.stop({ graceMs: 2_000 })));
  return {
    issuer,
    get process() {
      return running;
    },
    tell: async (what) => {
      const { status } = await fetch(`${issuer}/test`, { method: 'PUT', body: JSON.stringify(what) });
      if (status !== 204) throw new Error(`the issuer answered ${status}`);
    },
    start,
    stop: async () => void (await running.stop({ graceMs: 2_000 })),
  };
}

export interface Visited {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A browser as far as cookies and redirects go; it knows nothing of SameSite. */
export class BrowserForTest {
  /** By host with port, as no browser does: tests run on one host. */
  readonly #jars = new Map<string, Map<string, string>>();

  cookies(url: string): ReadonlyMap<string, string> {
    return this.#jar(new URL(url));
  }

  /** Another browser with the same cookies. */
  setCookies(url: string, cookies: ReadonlyMap<string, string>): void {
    this.#jars.set(new URL(url).host, new Map(cookies));
  }

  /** One request, no redirect followed. */
  async ask(url: string, init: RequestInit = {}): Promise<Visited> {
    const jar = this.#jar(new URL(url));
    const headers = new Headers(init.headers);
    headers.set('accept', headers.get('accept') ?? 'text/html');
    if (jar.size > 0) headers.set('cookie', [...jar].map((pair) => pair.join('=')).join('; '));
    const response = await fetch(url, {
      ...init,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(20_000),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '' || /;\s*max-age=0/i.test(cookie)) jar.delete(name);
      else jar.set(name, value);
    }
    return { url, status: response.status, headers: response.headers, text: await response.text() };
  }

  /** Goes where it is sent, up to an address that begins with `until`, which is not visited. */
  async followUntil(url: string, until: string): Promise<string> {
    let at = url;
    for (let hops = 0; hops < 12; hops += 1) {
      if (at.startsWith(until)) return at;
      const { status, headers, text } = await this.ask(at);
      const next = headers.get('location');
      if (next === null) throw new Error(`${at} answered ${status}: ${text.slice(0, 500)}`);
      at = new URL(next, at).href;
    }
    throw new Error(`no end of redirects: ${at}`);
  }

  #jar({ host }: URL): Map<string, string> {
    const jar = this.#jars.get(host) ?? new Map<string, string>();
    this.#jars.set(host, jar);
    return jar;
  }
}
