import { describe, expect, it } from 'vitest';
import { sameValueCodes } from './same-value-codes.ts';

describe('values of one device', () => {
  it('have the same name when an array names another point', () => {
    expect(
      sameValueCodes([{ code: 'a', count: 2 }, { code: 'a[1]' }, { code: 'a[2]' }, { code: 'b[0]' }]),
    ).toEqual([{ valueCode: 'a[1]', codes: ['a', 'a[1]'] }]);
    expect(sameValueCodes([{ code: 'a' }, { code: 'a[0]' }])).toEqual([]);
    expect(
      sameValueCodes([
        { code: 'a', count: 2 },
        { code: 'a[0]', count: 2 },
      ]),
    ).toEqual([]);
  });
});
