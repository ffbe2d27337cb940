import { describe, expect, it } from 'vitest';
import { type RibbonPart, ribbonParts } from './ribbon-parts.ts';

type Session = Parameters<typeof ribbonParts>[0];
type RibbonFields = Partial<NonNullable<Session['ribbon']>> & { readonly attention?: Session['attention'] };

const time = {
  ...{ from: '2026-11-26T00:00:00Z', to: '2026-11-26T10:00:00Z', as_of: '2026-11-26T10:00:20Z' },
  bucket_seconds: 3_600,
};

/** Ten hours with ten ticks due in each. */
function partsOf({ attention = [], ...ribbon }: RibbonFields, as_of = time.as_of): RibbonPart[] {
  const ten = Array.from({ length: 10 }, () => 10);
  const whole = { expected: ten, stored: ten, quarantined: [], missing: [], life: [], ...ribbon };
  return ribbonParts({ attention, ribbon: whole }, { ...time, as_of }).map(({ kind, from, to }) => ({
    kind,
    from: Number(from.toFixed(3)),
    to: Number(to.toFixed(3)),
  }));
}

const whole = { kind: 'stored', from: 0, to: 1 };

describe('the ribbon of a session', () => {
  it('is one bar while every tick is stored', () => {
    expect(partsOf({})).toEqual([whole]);
  });

  it('has a hole as long as what is missing, in its hour', () => {
    const parts = partsOf({ missing: [{ bucket: 4, cause: 'failover', ticks: 2 }] });
    expect(parts).toEqual([whole, { kind: 'gap', from: 0.44, to: 0.46 }]);
  });

  it('has one hole where one loss reaches over several hours', () => {
    const missingIn = (bucket: number, ticks: number) => ({ bucket, cause: 'timeout' as const, ticks });
    const parts = partsOf({ missing: [missingIn(3, 5), missingIn(4, 10), missingIn(5, 5)] });
    expect(parts.filter(({ kind }) => kind === 'gap')).toEqual([{ kind: 'gap', from: 0.35, to: 0.55 }]);
  });

  it('has no hole where a period is longer than an hour', () => {
    const expected = [0, 5, 0, 0, 5, 0, 0, 5, 0, 0];
    expect(partsOf({ expected })).toEqual([{ kind: 'stored', from: 0.1, to: 1 }]);
    const missing = [{ bucket: 4, cause: 'timeout' as const, ticks: 5 }];
    expect(partsOf({ expected, missing }).filter(({ kind }) => kind === 'gap')).toEqual([
      { kind: 'gap', from: 0.4, to: 0.7 },
    ]);
  });

  it('counts all causes of an hour together', () => {
    const missing = (['timeout', 'failover'] as const).map((cause) => ({ bucket: 0, cause, ticks: 5 }));
    expect(partsOf({ missing })[0]).toEqual({ kind: 'stored', from: 0.1, to: 1 });
  });

  it('is coloured from the moment on at which nothing came any more, and is a mere hole before', () => {
    const since = '2026-11-26T09:30:00Z';
    const missing = [8, 9].map((bucket) => ({ bucket, cause: 'waiting' as const, ticks: 10 }));
    const attention = [{ code: 'waiting' as const, severity: 1 as const, detail: '', since }];
    expect(partsOf({ missing, attention })).toEqual([
      { kind: 'stored', from: 0, to: 0.8 },
      { kind: 'gap', from: 0.8, to: 0.95 },
      { kind: 'now', from: 0.95, to: 1 },
    ]);
  });

  it.each([time.to, '2026-11-26T10:00:05Z', null])(
    'shows a loss that goes on at its end, also one since %s',
    (since) => {
      const attention = [{ code: 'devices_failing' as const, severity: 1 as const, detail: '', since }];
      expect(partsOf({ attention })).toEqual([
        { kind: 'stored', from: 0, to: 0.99 },
        { kind: 'now', from: 0.99, to: 1 },
      ]);
    },
  );

  it.each([
    ['2026-11-27T06:00:00Z', [{ kind: 'stored', from: 0, to: 1 }]],
    [null, [{ kind: 'stored', from: 0, to: 1 }]],
    [
      '2026-11-26T08:00:00Z',
      [
        { kind: 'stored', from: 0, to: 0.8 },
        { kind: 'now', from: 0.8, to: 1 },
      ],
    ],
  ])(
    'of a time that is over shows a loss that goes on, since %s, only from its beginning on',
    (since, parts) => {
      const attention = [{ code: 'devices_failing' as const, severity: 1 as const, detail: '', since }];
      expect(partsOf({ attention }, '2026-11-27T08:00:00Z')).toEqual(parts);
    },
  );

  it('keeps the bar where only some devices fail', () => {
    const attention = [
      {
        code: 'some_devices_failing' as const,
        severity: 2 as const,
        detail: '',
        since: '2026-11-26T09:00:00Z',
      },
    ];
    expect(partsOf({ attention }).map(({ kind }) => kind)).toEqual(['stored', 'now-some']);
  });

  it('shows a pause as what it is, and not as a loss', () => {
    const ten = Array.from({ length: 10 }, (_, hour) => (hour === 2 ? 0 : 10));
    const life = [{ state: 'paused' as const, from: '2026-11-26T02:00:00Z', to: '2026-11-26T03:00:00Z' }];
    expect(partsOf({ expected: ten, stored: ten, life })).toEqual([
      { kind: 'paused', from: 0.2, to: 0.3 },
      { kind: 'stored', from: 0, to: 0.2 },
      { kind: 'stored', from: 0.3, to: 1 },
    ]);
  });

  it('is empty where its configuration is lost', () => {
    expect(ribbonParts({ attention: [], ribbon: null }, time)).toEqual([]);
  });
});
