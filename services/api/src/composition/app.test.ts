import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { expect, it } from 'vitest';
import { allRoutes, unused } from '../../testing/all-routes.ts';
import { type AppDependencies, buildApp } from './app.ts';

it('the API serves each route that is declared, and takes none that is not', async () => {
  const rooms = [
    'live',
    'accounting',
    'recovery',
    'devices',
    'system',
    'limitsSources',
    'cleanup',
    'commandLines',
    'overview',
  ];
  const app = await buildApp({
    ...Object.fromEntries(rooms.map((name) => [name, unused])),
    log: createLogger('test', 'silent'),
    access: {
      keys: unused,
      people: unused,
      audit: unused,
      corsOrigins: ['https://console.example'],
      trustedProxies: [],
    },
  } as unknown as AppDependencies);
  expect(() => app.get('/sneaked', async () => 1)).toThrow('GET /sneaked has no role');
  await app.ready();
  const missing = allRoutes.filter(({ method, url }) => !app.hasRoute({ method, url }));
  expect(missing).toEqual([]);
  // Every schema can be shown in the document.
  expect(Object.keys(app.swagger().paths ?? {}).length).toBeGreaterThan(50);
  await app.close();
});
