import { expect, it } from 'vitest';
import { formatLoginCode, newLoginCode, parseLoginCode } from './begun-login.ts';

it('a code is taken as people type it, and not with letters that it never has', () => {
  for (const typed of ['BCDF-GHJK', 'bcdfghjk', ' bcdf ghjk ', 'BCDF–GHJK', 'b.c.d.f.g.h.j.k']) {
    expect(parseLoginCode(typed), typed).toBe('BCDFGHJK');
  }
  for (const typed of [
    '',
    'BCDF-GHJ',
    'BCDF-GHJKL',
    'BCDF-GHJA',
    'BCDF-GHJ0',
    'BCDF-GHJß',
    'code.BCDFGHJK',
    '>',
  ]) {
    expect(parseLoginCode(typed), typed).toBeUndefined();
  }
  expect(formatLoginCode('BCDFGHJK')).toBe('BCDF-GHJK');
});

it('a new code is one that can be typed', () => {
  let next = 0;
  const code = newLoginCode((below) => next++ % below);
  expect(parseLoginCode(formatLoginCode(code))).toBe(code);
});
