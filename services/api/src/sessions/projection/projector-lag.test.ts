import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../../test/support/eventually.ts';
import { type ProjectorLag, watchProjectorLag } from './projector-lag.ts';

let lag: ProjectorLag | undefined;
afterEach(() => lag?.stop());

function watch(
  log: { end: number | undefined; readModel: number | undefined },
  freshForMs = 60_000,
): ProjectorLag {
  lag = watchProjectorLag({
    sessionLog: () => (log.end === undefined ? undefined : { lastSequence: async () => log.end ?? 0 }),
    reached: () => log.readModel,
    everyMs: 1,
    freshForMs,
    log: createLogger('test', 'fatal'),
  });
  return lag;
}

describe('how far the read model is behind the log', () => {
  it('is nothing when it has everything', async () => {
    const now = watch({ end: 7, readModel: 7 });
    await eventually(() => now.events() === 0, { what: 'the first look' });
    expect(now.ms()).toBe(0);
    expect(now.endOfLog()).toBe(7);
  });

  it('is what is missing, from when that was first seen, while the log goes on', async () => {
    const log = { end: 7, readModel: 7 };
    const now = watch(log);
    log.end = 9;
    await eventually(() => now.events() === 2, { what: 'two events to be missing' });
    const before = now.ms() ?? 0;
    log.end = 12;
    await eventually(() => now.events() === 5, { what: 'five events to be missing' });
    expect(now.ms()).toBeGreaterThan(before);
    log.readModel = 12;
    expect([now.events(), now.ms()]).toEqual([0, 0]);
  });

  it('is unknown while broker or database are unavailable', async () => {
    const log: { end: number | undefined; readModel: number | undefined } = { end: 7, readModel: undefined };
    const now = watch(log);
    expect(now.events()).toBeUndefined();
    log.readModel = 6;
    await eventually(() => now.events() === 1, { what: 'the look at both' });
    log.end = undefined;
    await eventually(() => now.events() === undefined, { what: 'the broker to be missed' });
    expect(now.endOfLog()).toBeUndefined();
  });

  it('is taken for some where the log was not looked at lately, or the database is unavailable', async () => {
    const log: { end: number | undefined; readModel: number | undefined } = { end: undefined, readModel: 7 };
    const now = watch(log);
    expect(now.isBehind()).toBe(true);
    log.end = 7;
    await eventually(() => !now.isBehind(), { what: 'the look at both' });
    log.end = 8;
    await eventually(() => now.isBehind(), { what: 'an event to be missing' });
    log.readModel = 8;
    expect(now.isBehind()).toBe(false);
    log.readModel = undefined;
    expect(now.isBehind()).toBe(true);
    await now.stop();

    const old = watch({ end: 7, readModel: 7 }, 0);
    await eventually(() => old.events() === 0, { what: 'the look' });
    expect(old.isBehind()).toBe(true);
  });
});
