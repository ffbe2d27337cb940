import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { startTcpProxy, type TcpProxy } from '@holdfast/test/support/tcp-proxy.ts';
import { type Kysely, sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { openPostgres } from './open-postgres.ts';

describe('connections to a PostgreSQL that was cut off for longer than a statement waits', () => {
  let proxy: TcpProxy;
  let db: Kysely<unknown>;
  beforeEach(async () => {
    const url = new URL(await freshDatabase());
    proxy = await startTcpProxy({ targetPort: Number(url.port) });
    url.port = String(proxy.port);
    db = openPostgres({ databaseUrl: url.href, maxConnections: 1, queryTimeoutMs: 2_000 });
    await ask();
    return () => db.destroy();
  });
  const ask = () => sql`select 1`.execute(db);

  it.each<[string, () => Promise<unknown>]>([
    ['statement', ask],
    ['transaction', () => db.transaction().execute((transaction) => sql`select 1`.execute(transaction))],
  ])('are not used again after a %s without an answer', async (_, work) => {
    proxy.drop();
    await expect(work()).rejects.toThrow();
    await proxy.heal();
    expect((await ask()).rows).toHaveLength(1);
  });

  it('leave no socket behind when they are ended', async () => {
    const before = sockets();
    proxy.drop();
    void db.destroy();
    await eventually(() => sockets() < before, { what: 'the socket to be given up' });
  });
});

/** Open sockets of this process. */
function sockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}
