import { writeSync } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

/** Longest time for which the event loop may stand still, in beats. */
const mostBeats = 30;
const stderr = 2;
/** What the two threads share: a count of turns of the event loop, and a number that stays 0, to wait at. */
const [turns, still] = [0, 1];

/**
 * Ends this process when its event loop has stood still for half a minute, so that whatever started it starts it again. The
 * watch runs in a thread of its own and counts its own seconds: a machine that slept, or a process that was frozen, has
 * not stalled.
 */
export function watchForStalls({ beatEveryMs = 1_000 } = {}): { readonly stop: () => Promise<void> } {
  const beats = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(new URL('./stall-watch.ts', import.meta.url), {
    workerData: { beats, beatEveryMs },
    // A worker refuses some of the options that its process may have.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 },
  });
  worker.unref();
  const beating = setInterval(() => Atomics.add(beats, turns, 1), beatEveryMs);
  beating.unref();
  return {
    stop: async () => {
      clearInterval(beating);
      await worker.terminate();
    },
  };
}

if (!isMainThread && workerData?.beats instanceof Int32Array) watch(workerData);

function watch({ beats, beatEveryMs }: { readonly beats: Int32Array; readonly beatEveryMs: number }): void {
  for (let before = -1, missed = 0; missed < mostBeats; ) {
    // A pause that needs no event loop: nothing notifies it.
    Atomics.wait(beats, still, 0, beatEveryMs);
    const now = Atomics.load(beats, turns);
    missed = now === before ? missed + 1 : 0;
    before = now;
  }
  const msg = `the event loop has stood still for ${(mostBeats * beatEveryMs) / 1_000} s; ending, to be started again`;
  const time = new Date().toISOString();
  writeSync(stderr, `${JSON.stringify({ level: 'fatal', time, service: 'edge', msg })}\n`);
  process.kill(process.pid, 'SIGKILL');
}
