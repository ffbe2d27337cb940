import { expect, it } from 'vitest';
import { parsePointName, pointName } from './point-name.ts';

it('a point is named by both codes, whatever they hold', () => {
  expect(pointName({ device: 'press-1', point: 'oil' })).toBe('press-1/oil');
  for (const place of [
    { device: 'a/b', point: 'kg/h' },
    { device: '~1', point: '~' },
    { device: '压机', point: 'zone[3]' },
    { device: '/', point: '/' },
  ]) {
    expect(parsePointName(pointName(place))).toEqual(place);
  }
});

it('what lacks one of the codes, or has more, names no point', () => {
  for (const name of ['', 'press-1', 'press-1/', '/oil', 'hall/press-1/oil']) {
    expect(parsePointName(name)).toBeUndefined();
  }
});
