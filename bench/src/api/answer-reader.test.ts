import { describe, expect, it } from 'vitest';
import { AnswerReader } from './answer-reader.ts';

const answer = (status: number, body: string) =>
  `HTTP/1.1 ${status} Some words\r\nX-Content-Length: 1\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

function readIn(pieces: readonly Buffer[]): { status: number; body: string }[] {
  const answers: { status: number; body: string }[] = [];
  const reader = new AnswerReader(({ status, body }) => answers.push({ status, body: body() }));
  for (const piece of pieces) reader.take(piece);
  return answers;
}

describe('answers', () => {
  const bytes = Buffer.from(
    `${answer(200, '{"name":"早班"}')}${answer(204, '')}${answer(503, 'away\r\n\r\n')}`,
  );
  const expected = [
    { status: 200, body: '{"name":"早班"}' },
    { status: 204, body: '' },
    { status: 503, body: 'away\r\n\r\n' },
  ];

  it('that come in one piece are reported one by one', () => {
    expect(readIn([bytes])).toEqual(expected);
  });

  it('are the same in pieces of every size', () => {
    for (let size = 1; size < bytes.length; size += 1) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      expect(readIn(pieces), `pieces of ${size}`).toEqual(expected);
    }
  });

  it('that do not say how long they are are no answers', () => {
    expect(() => readIn([Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')])).toThrow(
      'how long',
    );
    expect(() => readIn([Buffer.from('SSH-2.0-OpenSSH\r\nContent-Length: 1\r\n\r\n')])).toThrow('how long');
  });
});
