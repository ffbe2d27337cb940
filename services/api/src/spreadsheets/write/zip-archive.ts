import { Readable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly content: AsyncIterable<string>;
}

/** Sizes come after an entry, because they are not known before it; names are UTF-8. */
const flags = 0x0808;
const deflate = 8;
const version = 20;
/** 1980-01-01, the first day that a ZIP archive can express, since entries have no time of their own. */
const noTime = [0, 0x21] as const;
/** The largest offset, which has four bytes. */
const bytesAtMost = 0xffff_ffff;

/**
 * Streams a ZIP archive of up to 4 GiB, packed by Node's own zlib. No library does this, because they hold whole
 * entries in memory or pack on the thread that answers all requests.
 * @throws RangeError beyond 4 GiB, and what the contents throw
 */
export async function* zipArchive(entries: AsyncIterable<ZipEntry>): AsyncGenerator<Buffer> {
  const directory: Buffer[] = [];
  let offset = 0;
  for await (const { name, content } of entries) {
    const begin = offset;
    const title = Buffer.from(name, 'utf8');
    const head = Buffer.concat([localHeader(title.length), title]);
    yield head;
    offset += head.length;
    const sums = { crc: 0, size: 0, packed: 0 };
    const packer = Readable.from(counted(content, sums)).pipe(createDeflateRaw({ level: 1 }), { end: true });
    for await (const chunk of packedBy(packer)) {
      sums.packed += chunk.length;
      offset += chunk.length;
      if (offset > bytesAtMost) throw new RangeError('a ZIP archive has 4 GiB at most');
      yield chunk;
    }
    const descriptor = numbers([
      [4, 0x0807_4b50],
      ...[sums.crc, sums.packed, sums.size].map((value) => [4, value] as const),
    ]);
    yield descriptor;
    offset += descriptor.length;
    directory.push(directoryEntry(sums, title.length, begin), title);
  }
  const listed = Buffer.concat(directory);
  yield listed;
  const count = directory.length / 2;
  yield numbers([
    [4, 0x0605_4b50],
    ...[0, 0, count, count].map((value) => [2, value] as const),
    [4, listed.length],
    [4, offset],
    [2, 0],
  ]);
}

interface Sums {
  crc: number;
  size: number;
  packed: number;
}

async function* counted(content: AsyncIterable<string>, sums: Sums): AsyncGenerator<Buffer> {
  for await (const text of content) {
    const bytes = Buffer.from(text, 'utf8');
    sums.crc = crc32(bytes, sums.crc);
    sums.size += bytes.length;
    yield bytes;
  }
}

async function* packedBy(packer: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of packer) yield chunk;
}

function localHeader(nameLength: number): Buffer {
  return numbers([
    [4, 0x0403_4b50],
    ...[version, flags, deflate, ...noTime].map((value) => [2, value] as const),
    ...[0, 0, 0].map((value) => [4, value] as const),
    [2, nameLength],
    [2, 0],
  ]);
}

function directoryEntry({ crc, packed, size }: Sums, nameLength: number, offset: number): Buffer {
  return numbers([
    [4, 0x0201_4b50],
    ...[version, version, flags, deflate, ...noTime].map((value) => [2, value] as const),
    ...[crc, packed, size].map((value) => [4, value] as const),
    [2, nameLength],
    ...[0, 0, 0, 0].map((value) => [2, value] as const),
    [4, 0],
    [4, offset],
  ]);
}

/** Writes little-endian numbers, each with its length in bytes. */
function numbers(values: readonly (readonly [bytes: 2 | 4, value: number])[]): Buffer {
  const buffer = Buffer.alloc(values.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of values) at = buffer.writeUIntLE(value, at, bytes);
  return buffer;
}
