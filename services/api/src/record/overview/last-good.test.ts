import { SampleStoreUnavailable } from '@holdfast/sample-store/sample-store.ts';
import type { DeviceOfSession, LastStored } from '@holdfast/sample-store/tick-coverage.ts';
import { expect, it } from 'vitest';
import { lastGood } from './last-good.ts';

const of = (...codes: string[]): DeviceOfSession[] =>
  codes.map((deviceCode) => ({ sessionId: '1-1', deviceCode }));

it('asks for all devices at once, and once for all screens that show them', async () => {
  const batches: string[][] = [];
  const lastStored = async (devices: readonly DeviceOfSession[]): Promise<LastStored[]> => {
    batches.push(devices.map(({ deviceCode }) => deviceCode));
    return devices.map((device) => ({
      ...{ ...device, firstMs: 0 },
      storedMs: device.deviceCode === 'press' ? 60_000 : undefined,
    }));
  };
  const ask = lastGood({ lastStored });
  const [first, second] = await Promise.all([ask(of('press', 'oven')), ask(of('press', 'oven', 'saw'))]);
  await ask(of('saw', 'press'));
  await ask([]);
  expect(batches).toEqual([['press', 'oven'], ['saw']]);
  const epoch = '1970-01-01T00:00:00.000Z';
  expect(first('1-1', 'press')).toEqual({ first: epoch, lastGood: '1970-01-01T00:01:00.000Z' });
  expect(second('1-1', 'press')).toEqual(first('1-1', 'press'));
  expect(second('1-1', 'saw')).toEqual({ first: epoch, lastGood: null });
  expect(first('2-1', 'press')).toBeUndefined();
});

it('knows nothing while the store of samples is unavailable, and asks again at once', async () => {
  let isAway = true;
  const lastStored = async (devices: readonly DeviceOfSession[]): Promise<LastStored[]> => {
    if (isAway) throw new SampleStoreUnavailable('away', 'ECONNREFUSED');
    return devices.map((device) => ({ ...device, firstMs: 0, storedMs: 60_000 }));
  };
  const ask = lastGood({ lastStored });
  expect((await ask(of('press')))('1-1', 'press')).toBeUndefined();
  isAway = false;
  expect((await ask(of('press')))('1-1', 'press')).toEqual({
    first: '1970-01-01T00:00:00.000Z',
    lastGood: '1970-01-01T00:01:00.000Z',
  });
});
