import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { freshDatabase } from '@holdfast/test/support/fresh-database.ts';
import { startTcpProxy, type TcpProxy } from '@holdfast/test/support/tcp-proxy.ts';
import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { migrate } from '../../database/migrate.ts';
import { openDatabase } from '../../database/open-database.ts';
import { followProjection } from './projection-signal.ts';

/** Follows a signal, and collects level and text of what it logs, without debug messages. */
async function follow(
  prepare: (proxy: TcpProxy) => unknown,
): Promise<{ proxy: TcpProxy; isUp(): boolean; logged: string[] }> {
  const logged: string[] = [];
  const stream = {
    write: (line: string) => {
      const { level, msg } = JSON.parse(line) as { level: number; msg: string };
      logged.push(`${level >= 40 ? 'warning' : 'word'}: ${msg}`);
    },
  };
  const log = fastify({ logger: { level: 'info', stream } }).log as Parameters<typeof migrate>[1];
  const url = new URL(await freshDatabase());
  const database = openDatabase({ url: url.href, maxConnections: 2, log });
  await migrate(database, log);
  await database.destroy();
  logged.length = 0;
  const proxy = await startTcpProxy({ targetPort: Number(url.port) });
  url.port = String(proxy.port);
  await prepare(proxy);
  const signal = followProjection({ url: url.href, log });
  cleanUpAfterFile(() => signal.stop());
  return { proxy, isUp: signal.databaseIsUp, logged };
}

const connected = 'word: connected to PostgreSQL';
const cannotReach = 'warning: cannot reach PostgreSQL; trying again until it is there';

describe('the connection that listens to PostgreSQL', () => {
  it('that was slow to come about once, as on a machine that starts everything, is no news', async () => {
    const { proxy, isUp, logged } = await follow((each) => each.stall());
    // A second connection means that the first try was given up.
    await eventually(() => proxy.connectionCount === 2, { what: 'the second try' });
    await proxy.heal();
    await eventually(isUp, { what: 'the connection' });
    expect(logged).toEqual([connected]);
  });

  it('that does not come about a second time either is reported once', async () => {
    const { proxy, isUp, logged } = await follow((each) => each.stall());
    await eventually(() => proxy.connectionCount === 4, { what: 'the fourth try' });
    expect(logged).toEqual([cannotReach]);
    await proxy.heal();
    await eventually(isUp, { what: 'the connection' });
    expect(logged).toEqual([cannotReach, connected]);
  });

  it('that is refused is reported at once', async () => {
    const { proxy, isUp, logged } = await follow((each) => each.cut());
    await eventually(() => logged.length > 0, { what: 'word of it' });
    await proxy.heal();
    await eventually(isUp, { what: 'the connection' });
    expect(logged).toEqual([cannotReach, connected]);
  });
});
