import { fileURLToPath } from 'node:url';
import { type RunningProcess, startProcess } from '@holdfast/dev/child-process.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';

const program = fileURLToPath(new URL('company-issuer.mjs', import.meta.url));

export const clientId = 'holdfast';
export const clientSecret = 'a-secret-of-the-company';

/** The person at the browser, and what the issuer knows about people. */
interface IssuerAnswers {
  /** Null for a person who declines. */
  readonly subject?: string | null;
  readonly claims?: Readonly<Record<string, object>>;
  readonly in_id_token?: boolean;
  /** How far the issuer's clock is ahead. */
  readonly ahead_s?: number;
  /** In place of claims that its ID tokens would have; null for none. */
  readonly forged?: Readonly<Record<string, unknown>>;
}

export interface CompanyForTest {
  readonly issuer: string;
  readonly process: RunningProcess;
  tell(what: IssuerAnswers): Promise<void>;
  stop(): Promise<void>;
  /** Starts the issuer again after a stop, at the same address; it has forgotten everything. */
  start(): Promise<void>;
}

/**
 * Starts a company's identity provider (oidc-provider) as its own process.
 * @param urls.host its host name: for browsers localhost is another site than 127.0.0.1
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
