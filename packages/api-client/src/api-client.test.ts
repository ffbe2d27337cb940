import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { ApiClient } from './api-client.ts';

it('a call that is one of too many is made again as soon as it may be, and any other refusal is reported', async () => {
  const answers = [
    [429, 'too_many_requests', '1'],
    [201, 'made', undefined],
    [429, 'login_delayed', '1'],
    [429, 'too_many_requests', '60'],
  ] as const;
  let requestCount = 0;
  const server = createServer((_request, response) => {
    const [status, code, retryAfter] = answers[requestCount] ?? [500, '', undefined];
    requestCount += 1;
    response.writeHead(status, {
      'content-type': status < 300 ? 'application/json' : 'application/problem+json',
      ...(retryAfter !== undefined && { 'retry-after': retryAfter }),
    });
    response.end(JSON.stringify({ code, title: code, detail: '' }));
  });
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new ApiClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  expect(await client.post('/', {})).toMatchObject({ code: 'made' });
  await expect(client.post('/', {})).rejects.toMatchObject({ code: 'login_delayed' });
  await expect(client.post('/', {})).rejects.toMatchObject({ code: 'too_many_requests' });
  expect(requestCount).toBe(4);
});
