import { expect, it } from 'vitest';
import { periodsToCome, type VersionNow } from './next-periods.ts';

it('the period to come is shown for devices whose last reading was by a former version with another one', () => {
  const plan = {
    periodMs: 60_000,
    devices: [
      { code: 'press', periodMs: 60_000 },
      { code: 'saw', periodMs: 1_000 },
      { code: 'mill', periodMs: 60_000 },
    ],
  };
  const now = new Map<string, VersionNow>([['1-1', { configVersion: 2, plan }]]);
  const read = (device: string, changes = {}) => ({ session: '1-1', device, period_ms: 1_000, ...changes });
  const readings = [
    read('press'),
    // This device is read as before.
    read('saw'),
    // This device was already read by the new version, though with the length of the old version's last tick.
    read('mill', { config_version: 2 }),
    read('gone'),
    // This device's session was not changed.
    read('lathe', { session: '2-1' }),
  ];
  expect([...periodsToCome(readings, now)]).toEqual([['press', 60_000]]);
});
