import { expect, it } from 'vitest';
import { valueText as readText } from '../first-run/value-text.ts';
import { valueText } from './value-text.ts';

it('values are written as people read them', () => {
  const text = valueText({ locale: 'en-GB', yes: 'on', no: 'off' });
  expect([23.399999618530273, 1_044, 1_044.5, 12_250_955.5, -0.1, 0, 1e-9, 2.5e21].map(text)).toEqual([
    '23.4',
    '1,044',
    '1,044.5',
    '12,250,955.5',
    '-0.1',
    '0',
    '1.000e-9',
    '2,500,000,000,000,000,000,000',
  ]);
  expect([true, false, 'auto', '9007199254740993', null].map(text)).toEqual([
    'on',
    'off',
    'auto',
    '9,007,199,254,740,993',
    '–',
  ]);
});

it('a value that is tried before it is stored is written by the same rule', () => {
  const text = valueText({ locale: 'en-GB', yes: 'on', no: 'off' });
  for (const value of [200.199997, 1_044_123.5, 1e-9, 1e12]) {
    expect(readText(value, '', 'en-GB')).toBe(text(value));
  }
  expect(readText(200.199997, '°C', 'en-GB')).toBe('200.2\u202f°C');
});
