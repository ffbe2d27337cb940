import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { unused } from '../../testing/all-routes.ts';
import { type AppDependencies, buildApp } from '../composition/app.ts';
import { consoleFiles } from './console-files.ts';

let folder: string;
let app: Awaited<ReturnType<typeof buildApp>>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'console-'));
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
  app = await buildApp({
    ...Object.fromEntries(rooms.map((name) => [name, unused])),
    log: createLogger('test', 'silent'),
    access: { keys: unused, people: unused, audit: unused, corsOrigins: [], trustedProxies: [] },
    console: consoleFiles(folder),
  } as unknown as AppDependencies);
  onTestFinished(async () => {
    await app.close();
    await rm(folder, { recursive: true });
  });
});

async function build(mark: string): Promise<void> {
  await mkdir(join(folder, 'assets'), { recursive: true });
  await writeFile(join(folder, 'assets', 'app-1.js'), `// ${mark}`);
  await writeFile(join(folder, 'assets', 'app-1.js.br'), brotliCompressSync(`// ${mark}`));
  await writeFile(join(folder, 'index.html'), `<base href="./" />${mark}`);
}

const get = (url: string, headers: Record<string, string> = {}) =>
  app.inject({ method: 'GET', url, headers });

describe('the console', () => {
  it('is where / leads, below whatever path a proxy has put before it', async () => {
    await build('one');
    for (const [from, to] of [
      ['/', 'console/'],
      ['/?login=abc', 'console/?login=abc'],
      ['/console', 'console/'],
    ]) {
      const { statusCode, headers } = await get(from ?? '');
      expect([statusCode, headers.location]).toEqual([302, to]);
    }
  });

  it('answers every address below it with the same page, which finds the way back to its files', async () => {
    await build('one');
    for (const [path, base] of [
      ['/console/', './'],
      ['/console/sessions?range=8h', './'],
      ['/console/sessions/7-3', '../'],
      ['/console/sessions/7-3/timeline', '../../'],
      ['/console/sessions/', '../'],
    ]) {
      const { body, headers, statusCode } = await get(path ?? '');
      expect([statusCode, body]).toEqual([200, `<base href="${base}" />one`]);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(headers['cache-control']).toBe('no-cache');
    }
  });

  it('allows its page no script and no style that is not a file of this host', async () => {
    await build('one');
    const policy = String((await get('/console/')).headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
  });

  it('gives packed files for ever, and none of a former build', async () => {
    await build('one');
    const packed = await get('/console/assets/app-1.js', { 'accept-encoding': 'gzip, br' });
    expect(packed.headers).toMatchObject({
      'content-encoding': 'br',
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect(brotliDecompressSync(packed.rawPayload).toString()).toBe('// one');
    const plain = await get('/console/assets/app-1.js');
    expect([plain.body, plain.headers['content-encoding']]).toEqual(['// one', undefined]);
    const again = await get('/console/assets/app-1.js', { 'if-none-match': String(plain.headers.etag) });
    expect(again.statusCode).toBe(304);
    const answer = await get('/console/assets/app-0.js');
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'route_not_found']);
  });

  it('never leaves its folder', async () => {
    await build('one');
    await writeFile(join(folder, '..', 'secret.json'), '1');
    onTestFinished(() => rm(join(folder, '..', 'secret.json')));
    expect((await get('/console/..%2fsecret.json')).body).toContain('one');
  });

  it('is taken up when it is built, and built again, while the API runs', async () => {
    const { statusCode, body } = await get('/console/');
    expect([statusCode, body]).toEqual([503, expect.stringContaining('The console is not built')]);
    const chinese = (await get('/console/', { 'accept-language': 'zh-CN' })).body;
    expect(chinese).toContain('<html lang="zh">');
    expect(chinese).toContain('尚未构建控制台');
    expect(chinese).not.toContain('The API works');
    await build('one');
    expect((await get('/console/')).body).toContain('one');
    await build('another');
    expect((await get('/console/')).body).toContain('another');
  });
});
