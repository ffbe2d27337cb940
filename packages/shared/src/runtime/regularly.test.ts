import { describe, expect, it } from 'vitest';
import { regularly } from './regularly.ts';

const silent = { failed: () => undefined, worked: () => undefined };

describe('regular work', () => {
  it('goes on after a failure, which is told, and tells that it works again', async () => {
    const messages: string[] = [];
    const outage = {
      failed: (error: unknown) => messages.push((error as Error).message),
      worked: () => messages.push('worked'),
    };
    let runs = 0;
    const enough = Promise.withResolvers<void>();
    const stop = regularly({ everyMs: 1, outage }, async () => {
      runs += 1;
      if (runs === 4) enough.resolve();
      if (runs === 2) throw new Error('away');
    });
    await enough.promise;
    await stop();
    expect(messages.slice(0, 4)).toEqual(['worked', 'away', 'worked', 'worked']);
  });

  it('is left out while there is no point in it', async () => {
    const secondLook = Promise.withResolvers<void>();
    let looks = 0;
    let runs = 0;
    const isPossible = () => {
      looks += 1;
      if (looks === 3) secondLook.resolve();
      return looks > 2;
    };
    const stop = regularly({ everyMs: 1, isPossible, outage: silent }, async () => {
      runs += 1;
    });
    await secondLook.promise;
    await stop();
    expect(runs).toBe(looks - 2);
  });

  it('has another pause after a failure', async () => {
    const failed = Promise.withResolvers<void>();
    let runs = 0;
    const outage = { failed: () => failed.resolve(), worked: () => undefined };
    const stop = regularly({ everyMs: 1, afterFailureMs: 3_600_000, outage }, async () => {
      runs += 1;
      throw new Error('away');
    });
    await failed.promise;
    await stop();
    expect(runs).toBe(1);
  });

  it('ends its run before it is stopped, and begins no other', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let runs = 0;
    let isOver = false;
    const stop = regularly({ everyMs: 0, outage: silent }, async () => {
      runs += 1;
      await promise;
      isOver = true;
    });
    const stopped = stop();
    resolve();
    await stopped;
    expect({ runs, isOver }).toEqual({ runs: 1, isOver: true });
  });
});
