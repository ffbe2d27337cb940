import { describe, expect, it } from 'vitest';
import { gb18030 } from '../write/gb18030.ts';
import { decodeText } from './decode-text.ts';
import type { Encoding } from './list-file.ts';

const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le');

describe('a text file', () => {
  it.each<[string, Buffer, Encoding]>([
    ['UTF-8', Buffer.from('设备,点位'), 'utf-8'],
    ['UTF-8 with its mark', Buffer.from('\uFEFF设备,点位'), 'utf-8'],
    ['GBK', gb18030('设备,点位'), 'gb18030'],
    ['UTF-16, as "Unicode text"', utf16('设备,点位'), 'utf-16le'],
    ['UTF-16 the other way', Buffer.from(utf16('设备,点位')).swap16(), 'utf-16be'],
  ])('is read in %s', (_what, bytes, encoding) => {
    expect(decodeText(bytes)).toEqual({ text: '设备,点位', encoding });
  });

  it('is read as it is shown', () => {
    expect(decodeText(gb18030('一'), 'gb18030').text).toBe('一');
    expect(() => decodeText(gb18030('设备'), 'utf-8')).toThrow('Line 1 is not in UTF-8');
  });

  it.each<[string, Buffer, string]>([
    [
      'UTF-8 and GBK in turn',
      Buffer.concat([Buffer.from('设备,点位\n'), gb18030('压机,温度\n')]),
      'Line 1 is in UTF-8 and line 2 is not',
    ],
    ['neither', Buffer.from([0x41, 0x0a, 0xff, 0xff, 0x0a]), 'Line 2 is not in UTF-8'],
    ['a picture', Buffer.from([0x47, 0x49, 0x46, 0, 0, 0]), 'zero bytes'],
  ])('is refused as %s', (_what, bytes, words) => {
    expect(() => decodeText(bytes)).toThrow(words);
  });
});
