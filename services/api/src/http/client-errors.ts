import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { both } from '@holdfast/driver/form-words.ts';
import { problemContentType } from '@holdfast/shared/contracts/http/problem-content-type.ts';
import { Problem } from '../problems/problem.ts';
import { problemDocument } from './problem-document.ts';

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
      return new Problem(
        'request_timeout',
        both('A request has to arrive within 30 s.', '请求须在 30 秒内到达。'),
      );
    case 'HPE_HEADER_OVERFLOW':
      return new Problem(
        'headers_too_large',
        both('All of them together may have 16 KiB.', '全部请求头合计不得超过 16 KiB。'),
      );
    case 'HPE_INVALID_URL':
      return new Problem(
        'bad_request',
        both(
          'Letters beyond ASCII, such as those of Chinese codes, must be percent-encoded in its address, as browsers do: curl -G URL --data-urlencode NAME=VALUE for each part of the query.',
          '地址中的非 ASCII 字符（如中文代码）须按百分号编码，浏览器会自动处理；curl 请对每个查询参数使用 curl -G URL --data-urlencode NAME=VALUE。',
        ),
      );
    default:
      return new Problem('bad_request', both('It is no HTTP/1.1.', '不是 HTTP/1.1。'));
  }
}
