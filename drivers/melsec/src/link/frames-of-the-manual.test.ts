import { describe, expect, it } from 'vitest';
import { connectionSchema, type DataCode, type Frame } from '../layout/connection.ts';
import { deviceOf, type PlcDevice } from '../layout/devices.ts';
import type { McRequest } from '../layout/requests.ts';
import { framing1e } from './framing-1e.ts';
import { framing3e } from './framing-3e.ts';

const route = connectionSchema.parse({ host: 'plc', port: 5_000 });
const ask = (symbol: string, number: number, count: number, values?: number[]): McRequest => ({
  ...{ route, number, count },
  device: deviceOf(symbol) as PlcDevice,
  ...(values ? { values } : {}),
});
const of = (frame: Frame, code: DataCode) => (frame === '1E' ? framing1e(code) : framing3e(frame, code));
/** Bytes in hexadecimal, or ASCII; blanks are for reading alone. */
const line = (text: string, code: DataCode) =>
  code === 'ascii' ? Buffer.from(text.replaceAll(' ', '')) : Buffer.from(text.replaceAll(' ', ''), 'hex');

interface Printed {
  readonly where: string;
  readonly frame: Frame;
  readonly code: DataCode;
  readonly request: McRequest;
  readonly timeoutMs: number;
  readonly asked: string;
  readonly answered: string;
  readonly cells: readonly number[];
}

/** Bits M100 to M107 of the examples. */
const lamps = [1, 0, 1, 0, 0, 1, 1, 0];

const printed: readonly Printed[] = [
  {
    where: 'FX3U-ENET User’s Manual (JY997D18101), page 9-9: M100 to M107 in binary',
    ...{ frame: '1E', code: 'binary', request: ask('M', 100, 8), timeoutMs: 2_500 },
    asked: '00 FF 0A00 64000000 204D 08 00',
    answered: '80 00 10 10 01 10',
    cells: [1, 0, 1, 0, 0, 1, 1, 0],
  },
  {
    where: 'FX3U-ENET User’s Manual (JY997D18101), page 9-10: M100 to M107 in ASCII',
    ...{ frame: '1E', code: 'ascii', request: ask('M', 100, 8), timeoutMs: 2_500 },
    asked: '00 FF 000A 4D20 00000064 08 00',
    answered: '80 00 10100110',
    cells: lamps,
  },
  {
    where: 'FX3U-ENET User’s Manual (JY997D18101), page 9-20: M100 to M111 in ASCII',
    ...{ frame: '1E', code: 'ascii', request: ask('M', 100, 12), timeoutMs: 2_500 },
    asked: '00 FF 000A 4D20 00000064 0C 00',
    answered: '80 00 100010110000',
    cells: [1, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0],
  },
  {
    where: 'SH-080008, 8.1, page 76: D350 and D351 in words, binary',
    ...{ frame: '3E', code: 'binary', request: ask('D', 350, 2), timeoutMs: 4_000 },
    asked: '5000 00 FF FF03 00 0C00 1000 0104 0000 5E0100 A8 0200',
    answered: 'D000 00 FF FF03 00 0600 0000 AB56 0F17',
    cells: [0x56ab, 0x170f],
  },
  {
    where: 'SH-080008, 8.1, page 75: D350 and D351 in words, ASCII',
    ...{ frame: '3E', code: 'ascii', request: ask('D', 350, 2), timeoutMs: 4_000 },
    asked: '5000 00 FF 03FF 00 0018 0010 0401 0000 D* 000350 0002',
    answered: 'D000 00 FF 03FF 00 000C 0000 56AB 170F',
    cells: [0x56ab, 0x170f],
  },
  {
    where: 'FX5 User’s Manual (SLMP) (JY997D56001), 4.2, page 47: M100 to M107 in ASCII',
    ...{ frame: '3E', code: 'ascii', request: ask('M', 100, 8), timeoutMs: 4_000 },
    asked: '5000 00 FF 03FF 00 0018 0010 0401 0001 M* 000100 0008',
    answered: 'D000 00 FF 03FF 00 000C 0000 00010011',
    cells: [0, 0, 0, 1, 0, 0, 1, 1],
  },
  {
    where: 'SH-080008, 8.1, page 69: X1234 is hexadecimal in ASCII',
    ...{ frame: '3E', code: 'ascii', request: ask('X', 0x1234, 1), timeoutMs: 4_000 },
    asked: '5000 00 FF 03FF 00 0018 0010 0401 0001 X* 001234 0001',
    answered: 'D000 00 FF 03FF 00 0005 0000 1',
    cells: [1],
  },
  {
    where: 'SH-080008, 8.1, page 69: M1234 is D2 04 00 in binary',
    ...{ frame: '3E', code: 'binary', request: ask('M', 1_234, 3), timeoutMs: 4_000 },
    asked: '5000 00 FF FF03 00 0C00 1000 0104 0100 D20400 90 0300',
    answered: 'D000 00 FF FF03 00 0400 0000 10 10',
    cells: [1, 0, 1],
  },
];

describe('the frames that the manuals print', () => {
  it.each(printed)('$where', ({ frame, code, request, timeoutMs, asked, answered, cells }) => {
    const outgoing = of(frame, code)(request, timeoutMs);
    expect(outgoing.bytes.toString('latin1')).toBe(line(asked, code).toString('latin1'));
    const answer = line(answered, code);
    expect(outgoing.judge(answer, answer.length)).toEqual({
      kind: 'answer',
      answer: Uint16Array.from(cells),
    });
    for (let count = 0; count < answer.length; count += 1) {
      expect(outgoing.judge(answer, count)).toEqual({ kind: 'incomplete' });
    }
  });

  it('a write of M50 to M53 by 1E in ASCII is that of JY997D18101, page 9-22, with two points of it', () => {
    const { bytes } = framing1e('ascii')(ask('M', 50, 2, [1, 1]), 2_500);
    expect(bytes.toString()).toBe('02FF000A4D20000000320200' + '11');
  });

  it('an odd number of written bits is filled up in 1E, and not in ASCII of 3E', () => {
    expect(framing1e('ascii')(ask('M', 50, 1, [1]), 2_500).bytes.toString()).toBe(
      '02FF000A4D20000000320100' + '10',
    );
    expect(framing1e('binary')(ask('M', 50, 1, [1]), 2_500).bytes.toString('hex')).toBe(
      '02ff0a0032000000204d010010',
    );
    expect(framing3e('3E', 'ascii')(ask('M', 50, 1, [1]), 4_000).bytes.toString()).toBe(
      '500000FF03FF000019001014010001M*00005000011',
    );
  });

  it('X and Y alone are octal where FX5 is set to "ASCII (X, Y OCT)": JY997D56001, 2.1', () => {
    const requestFor = (symbol: string, isOctal: boolean) =>
      framing3e(
        '3E',
        'ascii',
        isOctal,
      )(ask(symbol, 0o45, 1), 4_000)
        .bytes.toString()
        .slice(30, 38);
    expect([
      requestFor('Y', true),
      requestFor('Y', false),
      requestFor('M', true),
      requestFor('B', true),
    ]).toEqual(['Y*000045', 'Y*000025', 'M*000037', 'B*000025']);
  });

  it('256 points are written as 00 by 1E: JY997D18101, page 9-20, note 1', () => {
    expect(framing1e('ascii')(ask('D', 0, 256), 2_500).bytes.toString()).toBe('01FF000A4420000000000000');
  });

  it('refusals have the end codes of SH-080008, 5.3 and 18.2, with the abnormal code of 1E behind 5B', () => {
    const judge = (frame: Frame, code: DataCode, answer: string) => {
      const bytes = line(answer, code);
      return of(frame, code)(ask('D', 350, 2), 4_000).judge(bytes, bytes.length);
    };
    expect(judge('3E', 'binary', 'D000 00 FF FF03 00 0B00 51C0 00 FF FF03 00 0104 0000')).toMatchObject({
      kind: 'refusal',
      failure: {
        code: 0xc051,
        scope: 'points',
        message: expect.stringMatching(/^end code C051: .*max_words/),
      },
    });
    expect(judge('3E', 'ascii', 'D000 00 FF 03FF 00 0016 C056 00 FF 03FF 00 0401 0000')).toMatchObject({
      failure: { code: 0xc056, message: expect.stringContaining('beyond the last number') },
    });
    expect(judge('1E', 'binary', '81 5B 10 00')).toMatchObject({
      failure: {
        code: 0x5b,
        scope: 'device',
        message: expect.stringMatching(/^end code 5B, abnormal code 10: /),
      },
    });
    expect(judge('1E', 'ascii', '81 10')).toMatchObject({ kind: 'refusal', failure: { code: 0x10 } });
    expect(judge('1E', 'binary', '81 5B 10')).toEqual({ kind: 'incomplete' });
  });

  it('4E repeats its serial number, which another answer does not have', () => {
    const outgoing = framing3e('4E', 'binary')(ask('D', 350, 1), 4_000);
    expect(outgoing.bytes.toString('hex')).toMatch(/^5400....000000ffff03000c00/);
    const answer = Buffer.concat([
      Buffer.from('d400', 'hex'),
      outgoing.bytes.subarray(2, 11),
      Buffer.from('040000000700', 'hex'),
    ]);
    expect(outgoing.judge(answer, answer.length)).toEqual({ kind: 'answer', answer: Uint16Array.of(7) });
    answer[2] = ((answer[2] ?? 0) + 1) % 256;
    expect(outgoing.judge(answer, answer.length)).toMatchObject({ kind: 'fault' });
  });
});

describe('what is not the answer to the request is a fault', () => {
  const whole = line('D000 00 FF FF03 00 0600 0000 AB56 0F17', 'binary');
  const verdictOn = (answer: Buffer) =>
    framing3e('3E', 'binary')(ask('D', 350, 2), 4_000).judge(answer, answer.length);
  it.each([
    ['another subheader', 0, 0xd1],
    ['another network', 2, 1],
    ['another station', 6, 1],
    ['another length', 7, 8],
    ['an end code in an answer with data', 9, 1],
  ])('%s', (_, at, byte) => {
    const answer = Buffer.from(whole);
    answer[at] = byte;
    expect(verdictOn(answer).kind).toBe('fault');
  });

  it('a byte more', () => {
    expect(verdictOn(Buffer.concat([whole, Buffer.of(0)])).kind).toBe('fault');
  });

  it('the refusal of a command that was not given', () => {
    expect(verdictOn(line('D000 00 FF FF03 00 0B00 51C0 00 FF FF03 00 0114 0000', 'binary')).kind).toBe(
      'fault',
    );
  });

  it('bits that are neither 0 nor 1, and ASCII that is no number', () => {
    const bits = framing1e('binary')(ask('M', 0, 2), 4_000);
    expect(bits.judge(Buffer.of(0x80, 0, 0x12), 3).kind).toBe('fault');
    const words = framing1e('ascii')(ask('D', 0, 1), 4_000);
    expect(words.judge(Buffer.from('8100 12G4'.replace(' ', '')), 8).kind).toBe('fault');
  });
});
