import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import { eventually } from './eventually.ts';

/** Asks over HTTPS with an authority of our own, which fetch does not take. */
export function answerOf(
  url: string,
  {
    ca,
    method = 'GET',
    body = '',
  }: { readonly ca?: Buffer | undefined; readonly method?: string; readonly body?: string } = {},
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const options = { method, signal: AbortSignal.timeout(2_000), ...(ca && { ca }) };
    (url.startsWith('https:') ? httpsRequest : httpRequest)(url, options, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, text: body }), reject);
    })
      .on('error', reject)
      .end(body);
  });
}

/** Waits until a server answers 2xx at `url`; fails at once when the server has ended. */
export async function untilAnswering(server: RunningProcess, url: string, ca?: Buffer): Promise<void> {
  const outcome = await eventually(
    async () => {
      if (server.exit !== undefined) return 'ended';
      const { status } = await answerOf(url, { ca });
      return status >= 200 && status < 300 ? 'answers' : undefined;
    },
    { what: `${server.name} to answer at ${url}` },
  );
  if (outcome === 'ended') {
    throw new Error(
      `${server.name} ended before it answered. Its last lines:\n${server.lastLines(10).join('\n')}`,
    );
  }
}
