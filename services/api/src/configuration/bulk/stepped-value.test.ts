import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { describe, expect, it } from 'vitest';
import { steppedValue, textOf } from './stepped-value.ts';

const values = (value: Parameters<typeof steppedValue>[0]) =>
  [0, 1, 2].map((index) => {
    const verdict = steppedValue(value, index, index + 8);
    return verdict.ok ? verdict.value : verdict.issues[0]?.message;
  });

describe('a field of several copies', () => {
  it.each<[Parameters<typeof steppedValue>[0], unknown[]]>([
    ['plc-{n:03}.local', ['plc-008.local', 'plc-009.local', 'plc-010.local']],
    [{ from: 3, step: 2 }, [3, 5, 7]],
    [{ from: '10.0.0.11', step: 1 }, ['10.0.0.11', '10.0.0.12', '10.0.0.13']],
    [{ from: 'plc-09.local', step: 1 }, ['plc-09.local', 'plc-10.local', 'plc-11.local']],
    [{ from: '10.0.0.254', step: 1 }, ['10.0.0.254', '10.0.0.255', '10.0.0.254 cannot go up to 10.0.0.256']],
    [{ from: 'plc', step: 1 }, Array(3).fill('plc has no figures that could go up')],
    [null, [null, null, null]],
    [true, [true, true, true]],
  ])('%j', (value, expected) => {
    expect(inEnglish(values(value))).toEqual(expected);
  });

  it('is named by its number', () => {
    expect([textOf('press-{n:02}', 7), textOf('press-{n}', 7), textOf('press-{n:2}', 107)]).toEqual([
      'press-07',
      'press-7',
      'press-107',
    ]);
  });
});
