import { expect, it } from 'vitest';
import { gb18030 } from './gb18030.ts';

const back = (bytes: Buffer) => new TextDecoder('gb18030', { fatal: true }).decode(bytes);

it('writes every character so that a decoder gives it back', () => {
  let all = '';
  for (let code = 0; code <= 0x2_ffff; code += code < 0x1_0000 ? 1 : 97) {
    // Half surrogate pairs and private use characters are left out, because decoders disagree there.
    if (code >= 0xd800 && code < 0xf900) continue;
    all += String.fromCodePoint(code);
  }
  expect(back(gb18030(all)) === all).toBe(true);
});

it('writes Chinese in two bytes, what GBK lacks in four, and no half character', () => {
  expect(gb18030('设备').toString('hex')).toBe('c9e8b1b8');
  expect(gb18030('m³').length).toBe(5);
  expect(gb18030('汽\ud800').toString('hex')).toBe('c6fb3f');
});
