import type { LiveSample } from '@holdfast/shared/contracts/http/live-http.ts';
import { type Batch, type FollowedDevice, SampleGatherer } from './sample-gatherer.ts';

/** Orders of the screen to the worker. */
export type WorkerOrder =
  | { readonly kind: 'follow'; readonly url: string; readonly devices: readonly FollowedDevice[] }
  | { readonly kind: 'hold'; readonly isHeld: boolean };

/** News of the worker for the screen. */
export type WorkerNews =
  | { readonly kind: 'batch'; readonly batch: Batch }
  | { readonly kind: 'open' }
  | { readonly kind: 'lost' }
  /** Values were missed, so the last values have to be read again. */
  | { readonly kind: 'reset' };

/**
 * Reads the stream of samples outside of the page, which has to paint: parses five thousand values a second, and reports
 * once a second.
 */
interface WorkerScope {
  onmessage: ((event: MessageEvent<WorkerOrder>) => void) | null;
  postMessage(news: WorkerNews, transfer?: Transferable[]): void;
}

const everyMs = 1_000;
const soonMs = 100;
const againMs = 5_000;

const scope = globalThis as unknown as WorkerScope;
let gatherer = new SampleGatherer([]);
let isHeld = false;
let timer: ReturnType<typeof setTimeout> | undefined;
let reportedAt = 0;

scope.onmessage = ({ data }) => {
  if (data.kind === 'hold') {
    isHeld = data.isHeld;
    reportSoon();
    return;
  }
  gatherer = new SampleGatherer(data.devices);
  open(data.url);
};

function open(url: string): void {
  const source = new EventSource(url);
  source.onopen = () => scope.postMessage({ kind: 'open' });
  source.onerror = () => {
    scope.postMessage({ kind: 'lost' });
    // A broken stream reconnects by itself; a refused one is requested again, with the last values.
    if (source.readyState === EventSource.CLOSED)
      setTimeout(() => scope.postMessage({ kind: 'reset' }), againMs);
  };
  source.addEventListener('sample', ({ data }) => {
    gatherer.take(JSON.parse(data) as LiveSample);
    reportSoon();
  });
  source.addEventListener('reset', () => scope.postMessage({ kind: 'reset' }));
}

/** Reports soon after a longer silence, so that a single value is not late; the short wait lets its neighbours in. */
function reportSoon(): void {
  if (timer !== undefined || isHeld) return;
  const wait = Math.max(soonMs, reportedAt + everyMs - performance.now());
  timer = setTimeout(() => {
    timer = undefined;
    if (isHeld) return;
    const batch = gatherer.batch();
    if (batch === undefined) return;
    reportedAt = performance.now();
    scope.postMessage({ kind: 'batch', batch }, [
      batch.points.buffer,
      batch.timesMs.buffer,
      batch.uncertain.buffer,
    ]);
  }, wait);
}
