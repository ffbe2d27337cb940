import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { problemContentType } from '@holdfast/shared/contracts/http/problem-content-type.ts';
import { Problem } from '../problems/problem.ts';
import { problemDocument } from './problem-document.ts';
import { httpText } from './texts.ts';

/** Answers with a problem, too, when Node could not parse a request, which then never comes to a route. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  // A client that has reset the connection receives nothing any more.
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  // Without a handshake there is no way to say anything.
  if (!socket.writable || /^(ERR_SSL_|ERR_TLS_|EPROTO)/.test(error.code ?? '')) {
    socket.destroy();
    return;
  }
  const problem = problemOf(error.code);
  const { status } = problem;
  const body = JSON.stringify(problemDocument(problem, randomUUID()));
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      `content-type: ${problemContentType}`,
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
    () => socket.destroy(),
  );
}

function problemOf(errorCode: string | undefined): Problem {
  switch (errorCode) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem('request_timeout', httpText('request_timeout'));
    case 'HPE_HEADER_OVERFLOW':
      return new Problem('headers_too_large', httpText('headers_too_large'));
    case 'HPE_INVALID_URL':
      return new Problem('bad_request', httpText('letters_beyond_ascii_such_as_those'));
    default:
      return new Problem('bad_request', httpText('it_is_no_http_1_1'));
  }
}
