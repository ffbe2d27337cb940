import { describe, expect, it } from 'vitest';
import type { PolledDevice } from '../history.ts';
import { periodMs, RecordedHistory, tick0 } from '../testing/recorded-history.ts';
import { untouchedDevices } from './untouched-devices.ts';

type Readings = Readonly<Record<string, string | undefined>>;

const devicesOf = (readings: Readings): PolledDevice[] =>
  Object.entries(readings).flatMap(([code, reading]) =>
    reading === undefined ? [] : [{ code, periodMs, reading }],
  );
/** Version 2 changes the press, version 3 takes that back. */
const versions: Readings[] = [
  { press: 'as it was', lathe: 'same', mill: 'same' },
  { press: 'changed', lathe: 'same', mill: 'same' },
  { press: 'as it was', lathe: 'same', mill: 'same' },
];
const judge = (history: RecordedHistory, readings: readonly Readings[] = versions) => {
  const configs = new Map(readings.map((each, index) => [`7/${index + 1}`, { devices: devicesOf(each) }]));
  return untouchedDevices(history.readAt(60_000, { configs }), { stopMs: 3_000, clockMs: 500 }).map(
    ({ invariant, subject, what }) => `${invariant} ${subject} ${what}`,
  );
};
/** Changed by an event 8 s after the start, from 10 s on; the placement has version 1. */
const changed = () => new RecordedHistory().started(0).assigned(10, 'c1').reconfigured(8_000, 10_000, 2);
const by = (
  device: string,
  since: number,
  options: { version?: number; epoch?: number; run?: number } = {},
) => ({
  ...{ device, sinceTick: tick0 + since, epoch: 2 },
  ...options,
});
/** The press is read by the new version from 10 s on. */
const touched = (history: RecordedHistory) =>
  history.polled(0, 9, by('press', 0)).polled(10, 20, by('press', 10, { version: 2 }));

describe('a device that a change does not touch', () => {
  it('goes on as before', () => {
    expect(judge(touched(changed().polled(0, 20, by('lathe', 0))))).toEqual([]);
  });

  it('is not begun anew at the change, while another one of its session goes on', () => {
    const history = touched(changed())
      .polled(0, 9, by('lathe', 0))
      .polled(10, 20, by('lathe', 10))
      .polled(0, 20, by('mill', 0));
    expect(judge(history)).toEqual([
      expect.stringContaining(
        `C2 7-1/lathe is read anew from tick ${tick0 + 10} on (SAMPLES 32) under the same epoch 2: ` +
          'the change from version 1 to 2',
      ),
    ]);
  });

  it('is not begun anew when its holder hears of the change, and misses no tick', () => {
    const history = touched(changed())
      .polled(0, 11, by('lathe', 0))
      .polled(14, 20, by('lathe', 14))
      .polled(0, 20, by('mill', 0));
    expect(judge(history)).toEqual([expect.stringContaining(', 2 ticks before it missing: the change')]);
  });

  it('is not read by two at once', () => {
    const history = touched(changed()).polled(0, 12, by('lathe', 0)).polled(10, 14, by('lathe', 10));
    expect(judge(history.polled(15, 20, by('lathe', 0)))).toHaveLength(1);
  });

  it('is not begun anew with all devices of its session, while another session of the collector goes on', () => {
    const history = touched(changed()).polled(0, 9, by('lathe', 0)).polled(10, 20, by('lathe', 10));
    expect(judge(history)).toEqual([]);
    const other = by('saw', 0, { epoch: 9, run: 2 });
    expect(judge(history.polled(0, 20, other))).toHaveLength(1);
  });

  it('is not begun anew by the new version in its first tick, where nothing else is read', () => {
    const history = touched(changed())
      .polled(0, 9, by('lathe', 0))
      .polled(10, 20, by('lathe', 10, { version: 2 }));
    expect(judge(history)).toHaveLength(1);
  });
});

describe('who begins a device anew for another reason than a change', () => {
  it('was restarted at that very moment, and begins all of them anew', () => {
    const history = touched(changed())
      .polled(0, 9, by('lathe', 0))
      .polled(0, 9, by('mill', 0))
      .polled(0, 9, by('saw', 0, { epoch: 9, run: 2 }))
      .polled(10, 20, by('lathe', 10))
      .polled(10, 20, by('mill', 10))
      .polled(10, 20, by('saw', 10, { epoch: 9, run: 2 }));
    expect(judge(history)).toEqual([]);
  });

  it('was restarted when only the new version was in force', () => {
    const history = touched(changed())
      .polled(0, 10, by('lathe', 0))
      .polled(11, 20, by('lathe', 11, { version: 2 }));
    expect(judge(history)).toEqual([]);
    const late = touched(changed()).polled(0, 9, by('lathe', 0));
    // Its tick is under way when that of the former version is over.
    late.sampled(tick0 + 10, {
      ...{ epoch: 2, device: 'lathe', sinceTick: tick0 + 10, version: 2 },
      readAtMs: (tick0 + 11) * periodMs,
    });
    expect(judge(late)).toEqual([]);
  });

  it('has taken the session over at that very moment', () => {
    const history = changed().assigned(9_900, 'c1', 'failover');
    history.polled(0, 9, by('lathe', 0)).polled(0, 20, by('saw', 0, { epoch: 9, run: 2 }));
    expect(judge(history.polled(10, 20, by('lathe', 10, { epoch: 4 })))).toEqual([]);
  });

  it('was given the session again after a pause', () => {
    const history = new RecordedHistory()
      .started(0)
      .assigned(10, 'c1')
      .paused(7_500)
      .reconfigured(8_300, 8_300, 2, 'paused')
      .resumed(9_000, 1, 'anna', 2)
      .assigned(9_010, 'c1', 'resume', 1, 2);
    history.polled(0, 20, by('saw', 0, { epoch: 9, run: 2 }));
    expect(judge(history.polled(0, 7, by('lathe', 0)).polled(9, 20, by('lathe', 9, { epoch: 6 })))).toEqual(
      [],
    );
  });

  it('knows of no change', () => {
    const history = touched(changed())
      .polled(0, 30, by('lathe', 0))
      .polled(31, 40, by('lathe', 31))
      .polled(0, 40, by('mill', 0));
    expect(judge(history)).toEqual([]);
  });

  it('had been kept from an endpoint that others used in another way', () => {
    const history = touched(changed())
      .polled(0, 9, { ...by('lathe', 0), miss: 'connection' })
      .polled(10, 20, by('lathe', 10))
      .polled(0, 20, by('mill', 0));
    expect(judge(history)).toEqual([]);
  });
});

describe('a device that a change touches', () => {
  it('is begun anew, also by one that is taken back at once', () => {
    const history = new RecordedHistory()
      .started(0)
      .assigned(10, 'c1')
      .reconfigured(8_000, 10_000, 2)
      .reconfigured(9_500, 12_000, 3);
    // Nothing was read by version 2.
    history.polled(0, 9, by('press', 0)).polled(12, 20, by('press', 12, { version: 3 }));
    expect(judge(history.polled(0, 20, by('mill', 0)))).toEqual([]);
  });

  it('is begun anew where the version that it was read by differs, whenever that was', () => {
    const history = new RecordedHistory()
      .started(0)
      .assigned(10, 'c1')
      .reconfigured(8_000, 10_000, 2)
      .reconfigured(28_000, 30_000, 3);
    const readings = [...versions.slice(0, 2), { ...versions[1], mill: 'changed' }];
    // Its holder hears of the first change with the second.
    history.polled(0, 29, by('press', 0)).polled(30, 40, by('press', 30, { version: 3 }));
    expect(judge(history.polled(0, 40, by('lathe', 0)), readings)).toEqual([]);
  });

  it('is not judged where a version is lost', () => {
    const history = changed().polled(0, 9, by('lathe', 0)).polled(10, 20, by('lathe', 10));
    expect(judge(history.polled(0, 20, by('mill', 0)), versions.slice(0, 1))).toEqual([]);
  });
});
