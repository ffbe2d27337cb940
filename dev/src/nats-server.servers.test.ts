import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setupConfig } from '@holdfast/dev/setup/config.mjs';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { processExists } from './child-process.ts';
import { startNatsServer } from './nats-server.ts';

describe('a local nats-server', () => {
  it('runs JetStream on 127.0.0.1 when it is started', async () => {
    const server = await natsForTest({
      syncInterval: 'always',
      maxFileStore: '64MB',
      serverName: 'under-test',
    });

    const information = await jetStreamInformation(server.monitorUrl);
    expect(information.config).toMatchObject({ max_storage: 64 * 1024 * 1024, sync_always: true });
    expect(await json(`${server.monitorUrl}/varz`)).toMatchObject({
      server_name: 'under-test',
      host: '127.0.0.1',
    });
  });

  it('is the version that tests are to run on', async () => {
    const server = await natsForTest();

    const { version } = (await json(`${server.monitorUrl}/varz`)) as { version: string };
    expect(version).toBe(setupConfig().TEST_NATS_SERVER);
  });

  it('is never an older one than will do, although that comes first on the PATH', async () => {
    const folder = await temporaryFolder('old');
    await writeFile(join(folder, 'nats-server'), '#!/bin/sh\necho "nats-server: v2.9.10"\n', { mode: 0o755 });
    // biome-ignore lint/style/noProcessEnv: the PATH is where it is looked for
    vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);

    const server = await natsForTest().finally(() => vi.unstubAllEnvs());

    const { version } = (await json(`${server.monitorUrl}/varz`)) as { version: string };
    expect(version).toBe(setupConfig().TEST_NATS_SERVER);
  });

  it('takes further lines into its configuration', async () => {
    const server = await natsForTest({ configLines: ['max_payload: 2MB'] });

    expect(await json(`${server.monitorUrl}/varz`)).toMatchObject({ max_payload: 2 * 1024 * 1024 });
  });

  it('comes back on the same ports and store after kill -9', async () => {
    const server = await natsForTest();
    const { pid, url, monitorUrl, storeDir } = server;

    expect(await server.kill()).toEqual({ code: null, signal: 'SIGKILL' });
    await server.restart();

    expect(server.pid).not.toBe(pid);
    expect([server.url, server.monitorUrl]).toEqual([url, monitorUrl]);
    expect((await jetStreamInformation(monitorUrl)).config).toMatchObject({
      store_dir: `${storeDir}/jetstream`,
    });
    expect(await readFile(server.configFile, 'utf8')).toContain(`127.0.0.1:${server.port}`);
  });

  it('is gone when it is stopped, however often', async () => {
    const server = await natsForTest();

    await server.stop();
    await server.stop();

    expect(processExists(server.pid)).toBe(false);
  });

  it('runs next to a second one', async () => {
    const [one, other] = await Promise.all([natsForTest(), natsForTest()]);

    expect(one.port).not.toBe(other.port);
    expect(one.monitorPort).not.toBe(other.monitorPort);
  });

  it('says what it complained about when its configuration is wrong', async () => {
    const start = natsForTest({ configLines: ['no_such_setting: 1'] });

    await expect(start).rejects.toMatchObject({
      code: 'exited',
      message: expect.stringContaining('no_such_setting'),
    });
  });
});

describe('a local nats-server on a port that is taken', () => {
  let squatter: Server | undefined;
  afterEach(() => {
    squatter?.close();
  });

  it('is refused with the port in the message', async () => {
    squatter = createServer();
    await new Promise<void>((resolve) => squatter?.listen({ host: '127.0.0.1', port: 0 }, resolve));
    const address = squatter.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;

    const start = startNatsServer({ storeDir: await temporaryFolder('nats'), port });

    await expect(start).rejects.toMatchObject({
      code: 'port_taken',
      message: expect.stringContaining(String(port)),
    });
  });
});

interface JetStreamInformation {
  readonly config: Readonly<Record<string, unknown>>;
}

function jetStreamInformation(monitorUrl: string): Promise<JetStreamInformation> {
  return json(`${monitorUrl}/jsz?config=true`) as Promise<JetStreamInformation>;
}

async function json(url: string): Promise<unknown> {
  return (await fetch(url)).json();
}
