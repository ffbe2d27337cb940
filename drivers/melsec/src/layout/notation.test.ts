import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plcDevices, plcSeries } from './devices.ts';
import { notationPattern, parseNotation, showPlace } from './notation.ts';

it.each([
  ['D100', 'q', 'D', 100, undefined, 'D100'],
  ['d0100', 'q', 'D', 100, undefined, 'D100'],
  ['D100.3', 'q', 'D', 100, 3, 'D100.3'],
  ['D100.F', 'q', 'D', 100, 15, 'D100.F'],
  ['D100.15', 'q', 'D', 100, 15, 'D100.F'],
  ['W1f', 'q', 'W', 0x1f, undefined, 'W1F'],
  ['ZR5000', 'q', 'ZR', 5_000, undefined, 'ZR5000'],
  ['X1F', 'q', 'X', 0x1f, undefined, 'X1F'],
  ['X10', 'iq_r', 'X', 16, undefined, 'X10'],
  ['X10', 'fx5', 'X', 8, undefined, 'X10'],
  ['Y377', 'fx3', 'Y', 255, undefined, 'Y377'],
  ['B1F', 'fx5', 'B', 0x1f, undefined, 'B1F'],
  ['SB1F', 'q', 'SB', 0x1f, undefined, 'SB1F'],
  ['SD200', 'q', 'SD', 200, undefined, 'SD200'],
  ['M8000', 'fx3', 'M', 8_000, undefined, 'M8000'],
] as const)('%s of a PLC of the series %s', (notation, series, symbol, number, bit, text) => {
  expect(parseNotation(notation, series)).toMatchObject({
    ok: true,
    place: { device: { symbol }, number, bit },
    text,
  });
  expect(new RegExp(notationPattern).test(notation)).toBe(true);
});

it.each([
  ['X8', 'fx5', 'numbers of X are octal on this series'],
  ['X1F', 'fx3', 'numbers of X are octal on this series'],
  ['D1F', 'q', 'numbers of D are decimal on this series'],
  ['D', 'q', 'is no address of a PLC'],
  ['40001', 'q', 'is no address of a PLC'],
  ['QQ1', 'q', 'is no address of a PLC'],
  ['D100.16', 'q', 'a word has the bits 0 to F'],
  ['M10.3', 'q', 'M is a bit itself'],
  ['D99999999', 'q', 'beyond the last number'],
] as const)('%s is refused on the series %s', (notation, series, message) => {
  expect(inEnglish(parseNotation(notation, series))).toEqual({
    ok: false,
    message: expect.stringContaining(message),
  });
});

it('reads every place as it is shown', () => {
  const places = fc.record({
    device: fc.constantFrom(...plcDevices),
    number: fc.integer({ min: 0, max: 0xff_ffff }),
    bit: fc.option(fc.integer({ min: 0, max: 15 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(places, fc.constantFrom(...plcSeries), ({ device, number, bit }, series) => {
      const place = { device, number, bit: device.unit === 'bit' ? undefined : bit };
      const text = showPlace(place, series);
      expect(parseNotation(text, series)).toEqual({ ok: true, place, text });
    }),
    { seed: 20 },
  );
});
