import { spreadsheetsText } from '../texts.ts';
import { type Encoding, ListFileRefused } from './list-file.ts';

export interface DecodedText {
  readonly text: string;
  readonly encoding: Encoding;
}

const marks: readonly (readonly [bytes: readonly number[], encoding: Encoding])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
  [[0x84, 0x31, 0x95, 0x33], 'gb18030'],
];

/**
 * Decodes the text of a file: by its byte order mark, else as UTF-8 if that is valid, else as GB18030, which includes
 * GBK and GB2312.
 * @param encoding the only encoding to use instead
 * @throws ListFileRefused if no encoding fits, or the file mixes two
 */
export function decodeText(bytes: Uint8Array, encoding?: Encoding): DecodedText {
  const marked = marks.find(([mark]) => mark.every((byte, at) => bytes[at] === byte))?.[1];
  if (encoding !== undefined) {
    const text = decoded(bytes, encoding);
    if (text === undefined) throw notIn(bytes, encoding);
    return { text: plain(text), encoding };
  }
  if (marked !== undefined) {
    const text = decoded(bytes, marked);
    if (text === undefined) throw notIn(bytes, marked);
    return { text: plain(text), encoding: marked };
  }
  const utf8 = decoded(bytes, 'utf-8');
  if (utf8 !== undefined) return { text: plain(utf8), encoding: 'utf-8' };
  const lines = mixedLines(bytes);
  if (lines) throw mixed(lines);
  const text = decoded(bytes, 'gb18030');
  if (text === undefined) throw notIn(bytes, 'utf-8');
  return { text: plain(text), encoding: 'gb18030' };
}

function decoded(bytes: Uint8Array, encoding: Encoding): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function plain(text: string): string {
  if (text.includes('\u0000')) {
    throw new ListFileRefused(spreadsheetsText('not_a_text_file'));
  }
  // GB18030 can encode the byte order mark as well.
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** A line of Chinese in UTF-8, and the first line that is not UTF-8; undefined unless both exist. */
function mixedLines(bytes: Uint8Array): readonly [utf8: number, other: number] | undefined {
  let utf8: number | undefined;
  let other: number | undefined;
  let number = 0;
  for (const line of linesOf(bytes)) {
    number += 1;
    if (line.every((byte) => byte < 0x80)) continue;
    const text = decoded(line, 'utf-8');
    if (text === undefined) other ??= number;
    // This is hardly GBK: three of its pairs would all have to look like characters of three bytes.
    else if ((text.match(/\p{Script=Han}/gu) ?? []).length >= 2) utf8 ??= number;
  }
  return utf8 === undefined || other === undefined ? undefined : [utf8, other];
}

function* linesOf(bytes: Uint8Array): Iterable<Uint8Array> {
  let from = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
    yield bytes.subarray(from, at);
    from = at + 1;
  }
  yield bytes.subarray(from);
}

function mixed([utf8, other]: readonly [number, number]): ListFileRefused {
  return new ListFileRefused(spreadsheetsText('mixed_encodings', { utf8, other }));
}

function notIn(bytes: Uint8Array, encoding: Encoding): ListFileRefused {
  const line = firstLineNotIn(bytes, encoding);
  const name = encoding === 'utf-8' ? 'UTF-8' : encoding.toUpperCase();
  const where =
    line !== undefined && !encoding.startsWith('utf-16')
      ? spreadsheetsText('line_of_list', { line })
      : spreadsheetsText('the_file');
  return new ListFileRefused(spreadsheetsText('wrong_encoding', { where, name }));
}

function firstLineNotIn(bytes: Uint8Array, encoding: Encoding): number | undefined {
  let number = 0;
  for (const line of linesOf(bytes)) {
    number += 1;
    if (decoded(line, encoding) === undefined) return number;
  }
  return undefined;
}
