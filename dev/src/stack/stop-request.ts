// One request may arrive several times: from the terminal, from our parent, and from the kernel when the parent has died.
const SAME_WISH_MS = 500;

/**
 * Aborts the returned signal at a request to stop: Ctrl+C (SIGINT), SIGTERM, or a terminal that went away. The
 * same signal once more, a moment later, is impatience and calls `onImpatience`.
 */
export function listenForStop(onImpatience: () => void): AbortSignal {
  const stop = new AbortController();
  const firstReceivedAt = new Map<NodeJS.Signals, number>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const now = performance.now();
      const first = firstReceivedAt.get(signal);
      if (first === undefined) firstReceivedAt.set(signal, now);
      else if (now - first > SAME_WISH_MS && signal !== 'SIGHUP') onImpatience();
      stop.abort(new StopRequested());
    });
  }
  // When the output has no reader any more (`npm start | head`, a closed terminal), the stack ends in good order.
  process.stdout.on('error', () => stop.abort(new StopRequested()));
  process.stderr.on('error', () => {});
  return stop.signal;
}

export class StopRequested extends Error {
  override readonly name = 'StopRequested';
}
