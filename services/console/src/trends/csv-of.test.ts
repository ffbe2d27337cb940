import { expect, it } from 'vitest';
import { csvOf } from './csv-of.ts';

it('what is shown becomes a table, with names that spreadsheets do not take for formulas', () => {
  const about = { name: '', unit: '°C', period_ms: 1_000, periods: [] };
  const text = csvOf(
    [
      {
        ...{ ...about, point: 'a/=1+1', device: 'a', point_code: '=1+1', interval_seconds: null },
        ...{
          times: ['2026-11-27T00:00:00.000Z', '2026-11-27T00:00:01.000Z'],
          last: [-5, 'say "no"'],
          uncertain: [1],
        },
      },
      {
        ...{ ...about, point: 'b,c/d', device: 'b,c', point_code: 'd', interval_seconds: 60 },
        ...{ times: ['2026-11-27T00:01:00.000Z'], last: [3], min: [1], mean: [2.5], max: [4], uncertain: [] },
      },
    ],
    (at) => at.toISOString(),
  );
  expect(text.split('\r\n')).toEqual([
    '\ufefftime,device,point,unit,value,min,mean,max,quality',
    "2026-11-27T00:00:00.000Z,a,'=1+1,°C,-5,,,,good",
    `2026-11-27T00:00:01.000Z,a,'=1+1,°C,"say ""no""",,,,uncertain`,
    '2026-11-27T00:01:00.000Z,"b,c",d,°C,3,1,2.5,4,good',
    '',
  ]);
});
