import { expect, it } from 'vitest';
import { partEnvironment } from './config.ts';

it('a setting with the name of a service counts for that service alone', () => {
  const environment = { LOG_LEVEL: 'info', HEALTH_PORT: '1', EDGE_WRITER_HEALTH_PORT: '2' };
  expect(partEnvironment('writer', environment)).toMatchObject({ LOG_LEVEL: 'info', HEALTH_PORT: '2' });
  expect(partEnvironment('collector', environment)).toMatchObject({ LOG_LEVEL: 'info', HEALTH_PORT: '1' });
});

it('a value of one service counts more than a file of all, and a file of one more than its value', () => {
  const environment = { DATABASE_URL_FILE: 'all', EDGE_API_DATABASE_URL: 'own' };
  const api = partEnvironment('api', environment);
  expect([api.DATABASE_URL, api.DATABASE_URL_FILE]).toEqual(['own', undefined]);
  const both = partEnvironment('api', { ...environment, EDGE_API_DATABASE_URL_FILE: 'own file' });
  expect(both.DATABASE_URL_FILE).toBe('own file');
});
