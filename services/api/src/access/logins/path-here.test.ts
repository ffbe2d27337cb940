import { describe, expect, it } from 'vitest';
import { wayBack } from '../../http/way-back.ts';
import { pathHere } from './path-here.ts';

const root = 'https://holdfast.example/plant-1/';

describe('where one goes after the login', () => {
  it.each([
    ['console/sessions?show=paused&from=-8h', 'console/sessions?show=paused&from=-8h'],
    ['/console/sessions#top', 'console/sessions#top'],
    ['approve?code=BCDF-GHJK', 'approve?code=BCDF-GHJK'],
    ['console/devices/a%2Fb:c', 'console/devices/a%2Fb:c'],
    ['/', ''],
    ['../../../console', 'console'],
    ['console/../../%2e%2e/api', 'api'],
    ['console\\..\\..\\..\\docs', 'docs'],
    ['\t/console\n', 'console'],
  ])('is below the root of the API: %j', (path, expected) => {
    const to = pathHere(path) ?? 'nowhere';
    expect([to, pathHere(to)]).toEqual([expected, expected]);
    for (const page of ['login', 'login/', 'approve/deny', 'api/login/company/callback/?code=a/b']) {
      expect(new URL(wayBack(page) + to, root + page).href).toBe(root + expected);
    }
  });

  it.each([
    'https://evil.example/',
    'http:\\\\evil.example',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '\t//evil.example',
    '/\t/evil.example',
    './/evil.example',
    'console/..//evil.example',
    '/..//evil.example',
    'javascript:alert(1)',
    ' javascript:alert(1)',
    '/javascript:alert(1)',
    'data:text/html,x',
    'console/%2e%2e%2fother',
    '..%2fother',
    'console/..%5c..%5cother',
    'http://[',
    undefined,
  ])('is nowhere else: %j', (path) => {
    expect(pathHere(path)).toBeUndefined();
  });
});
