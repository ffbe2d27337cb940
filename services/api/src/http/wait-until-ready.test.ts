import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { waitUntilReady } from './wait-until-ready.ts';

/** An app that answers whether it was ready by then. */
async function starting() {
  let isReady = false;
  const app = fastify({ forceCloseConnections: true });
  waitUntilReady(app, () => isReady);
  for (const path of ['/api/sessions', '/health/live']) app.get(path, async () => ({ isReady }));
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  cleanUpAfterFile(() => app.close());
  const ask = async (path: string) => (await fetch(`${url}${path}`)).json();
  const becomeReady = () => {
    isReady = true;
  };
  return { app, ask, becomeReady };
}

describe('an API that has just begun to listen', () => {
  it('keeps requests waiting until it is ready, but for those after its health', async () => {
    const { ask, becomeReady } = await starting();
    const waiting = ask('/api/sessions');
    expect(await ask('/health/live')).toEqual({ isReady: false });
    becomeReady();
    expect(await waiting).toEqual({ isReady: true });
    expect(await ask('/api/sessions')).toEqual({ isReady: true });
  });

  it('serves what it can when it does not become ready', async () => {
    const { ask } = await starting();
    expect(await ask('/api/sessions')).toEqual({ isReady: false });
  });

  it('ends while requests wait', async () => {
    const { app, ask } = await starting();
    const waiting = ask('/api/sessions').catch(() => 'cut off');
    expect(await ask('/health/live')).toEqual({ isReady: false });
    await app.close();
    expect(await waiting).toBeDefined();
  });
});
