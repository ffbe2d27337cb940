import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import { eventually } from './eventually.ts';

/** Waits until a server answers 2xx at `url`; fails at once when the server has ended. */
export async function untilAnswering(server: RunningProcess, url: string): Promise<void> {
  const outcome = await eventually(
    async () => {
      if (server.exit !== undefined) return 'ended';
      const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      await response.arrayBuffer();
      return response.ok ? 'answers' : undefined;
    },
    { what: `${server.name} to answer at ${url}`, timeoutMs: 30_000 },
  );
  if (outcome === 'ended') {
    throw new Error(
      `${server.name} ended before it answered. Its last lines:\n${server.lastLines(10).join('\n')}`,
    );
  }
}
