/**
 * Aborts the returned signal when somebody wants an end: Ctrl+C (SIGINT), SIGTERM, or a terminal that went away. The
 * same signal once more is impatience and calls `onImpatience`.
 */
export function listenForStop(onImpatience: () => void): AbortSignal {
  const stop = new AbortController();
  const received = new Set<NodeJS.Signals>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (received.has(signal) && signal !== 'SIGHUP') onImpatience();
      received.add(signal);
      stop.abort(new StopRequested());
    });
  }
  // Nobody reads any more (`npm start | head`, a closed terminal): the stack ends in good order.
  process.stdout.on('error', () => stop.abort(new StopRequested()));
  process.stderr.on('error', () => {});
  return stop.signal;
}

export class StopRequested extends Error {
  override readonly name = 'StopRequested';
}
