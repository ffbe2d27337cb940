import type { LiveSample } from '@holdfast/shared/contracts/http/live-http.ts';
import { type Batch, type FollowedDevice, SampleGatherer } from './sample-gatherer.ts';

/** Orders of the screen to the worker. */
export type Asked =
  | { readonly kind: 'follow'; readonly url: string; readonly devices: readonly FollowedDevice[] }
  | { readonly kind: 'hold'; readonly isHeld: boolean };

/** News of the worker for the screen. */
export type Told =
  | { readonly kind: 'batch'; readonly batch: Batch }
  | { readonly kind: 'open' }
  | { readonly kind: 'lost' }
  /** Values of in between are not told: the last values have to be read anew. */
  | { readonly kind: 'reset' };

/**
 * Reads the stream of samples beside the page, which has to paint: five thousand values a second are parsed here, and told
 * once a second.
 */
interface WorkerScope {
  onmessage: ((event: MessageEvent<Asked>) => void) | null;
  postMessage(told: Told, transfer?: Transferable[]): void;
}

const everyMs = 1_000;
const soonMs = 100;
const againMs = 5_000;

const scope = globalThis as unknown as WorkerScope;
let gatherer = new SampleGatherer([]);
let isHeld = false;
let timer: ReturnType<typeof setTimeout> | undefined;
let toldAt = 0;

scope.onmessage = ({ data }) => {
  if (data.kind === 'hold') {
    isHeld = data.isHeld;
    tellSoon();
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
    // One that broke off comes back by itself; one that was refused is asked for again, with the last values.
    if (source.readyState === EventSource.CLOSED)
      setTimeout(() => scope.postMessage({ kind: 'reset' }), againMs);
  };
  source.addEventListener('sample', ({ data }) => {
    gatherer.take(JSON.parse(data) as LiveSample);
    tellSoon();
  });
  source.addEventListener('reset', () => scope.postMessage({ kind: 'reset' }));
}

/** At once when nothing was told for long, so that a single value is not late; a moment later, as its neighbours come with it. */
function tellSoon(): void {
  if (timer !== undefined || isHeld) return;
  const wait = Math.max(soonMs, toldAt + everyMs - performance.now());
  timer = setTimeout(() => {
    timer = undefined;
    if (isHeld) return;
    const batch = gatherer.batch();
    if (batch === undefined) return;
    toldAt = performance.now();
    scope.postMessage({ kind: 'batch', batch }, [
      batch.points.buffer,
      batch.timesMs.buffer,
      batch.uncertain.buffer,
    ]);
  }, wait);
}
