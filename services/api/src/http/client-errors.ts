import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type Problem, problemContentType } from '@holdfast/shared/contracts/http/problem.ts';

/** Answers what Node could not make a request of, and so never comes to a route, with a problem as well. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  // A client that has reset the connection hears nothing any more.
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  // Without a handshake there is no way to say anything.
  if (!socket.writable || /^(ERR_SSL_|ERR_TLS_|EPROTO)/.test(error.code ?? '')) {
    socket.destroy();
    return;
  }
  const problem = problemOf(error.code);
  const { status } = problem;
  const body = JSON.stringify(problem);
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
  const common = { type: 'about:blank', instance: randomUUID() };
  switch (errorCode) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        ...common,
        status: 408,
        code: 'request_timeout',
        title: 'The request did not arrive in time',
        detail: 'A request has to arrive within 30 s.',
      };
    case 'HPE_HEADER_OVERFLOW':
      return {
        ...common,
        status: 431,
        code: 'headers_too_large',
        title: 'The headers are too large',
        detail: 'All of them together may have 16 KiB.',
      };
    case 'HPE_INVALID_URL':
      return {
        ...common,
        status: 400,
        code: 'bad_request',
        title: 'The address of the request cannot be understood',
        detail:
          'Letters beyond ASCII, such as those of Chinese codes, must be percent-encoded in it, as browsers do: curl -G URL --data-urlencode NAME=VALUE for each part of the query.',
      };
    default:
      return {
        ...common,
        status: 400,
        code: 'bad_request',
        title: 'The request cannot be understood',
        detail: 'It is no HTTP/1.1.',
      };
  }
}
