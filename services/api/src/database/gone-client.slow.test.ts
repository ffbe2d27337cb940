import { openPool } from '@holdfast/sample-store/postgres/open-postgres.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { startTcpProxy } from '@holdfast/test/support/tcp-proxy.ts';
import pg from 'pg';
import { expect, it } from 'vitest';
import { connectionOptions } from './open-database.ts';

async function connect(options: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(options);
  client.on('error', () => undefined);
  await client.connect();
  // end() waits for a goodbye, which one of the clients never gets.
  cleanUpAfterFile(async () => void client.end().catch(() => undefined));
  return client;
}

// Only Linux tells a server that the client did not take what was sent.
it.skipIf(process.platform !== 'linux').concurrent.for([
  { who: 'an API', optionsFor: connectionOptions },
  {
    who: 'a writer',
    optionsFor: (databaseUrl: string) => openPool({ databaseUrl, maxConnections: 1 }).options,
  },
])(
  '$who that takes none of what PostgreSQL sends loses its locks within a minute',
  async ({ optionsFor }) => {
    const url = new URL(await freshDatabase());
    const there = await connect(optionsFor(url.href));
    let isAsked = false;
    const proxy = await startTcpProxy({
      targetPort: Number(url.port),
      onServerBytes: () => {
        if (isAsked) proxy.stall();
      },
    });
    url.port = String(proxy.port);
    const goneClient = await connect(optionsFor(url.href));
    await goneClient.query('select pg_advisory_lock(1)');
    isAsked = true;
    // More than any buffer on the way holds.
    void goneClient.query("select repeat('x', 100000000)").catch(() => undefined);

    const lock = async () => (await there.query('select pg_try_advisory_lock(1) as held')).rows[0]?.held;
    expect(await lock()).toBe(false);
    await eventually(lock, { what: 'the lock to be free', timeoutMs: 60_000, intervalMs: 500 });
  },
);
