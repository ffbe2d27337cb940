import { randomFillSync } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  formatTraceParent,
  parseTraceParent,
  traceParentName,
} from '@holdfast/shared/contracts/trace-parent.ts';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { RequestLog } from './request-log.ts';

const pool = Buffer.alloc(4_096);
let used = pool.length;

const traceByRequest = new WeakMap<object, string>();

/** A step in the caller's trace when a valid one was sent, else in a new one; the step is always this request. */
export function traceParentOf(request: Pick<IncomingMessage, 'headers'>): string {
  const before = traceByRequest.get(request);
  if (before !== undefined) return before;
  const callerTrace = parseTraceParent(request.headers[traceParentName]);
  const trace = formatTraceParent({
    traceId: callerTrace?.traceId ?? randomHex(16),
    parentId: randomHex(8),
    flags: callerTrace?.flags ?? '00',
  });
  traceByRequest.set(request, trace);
  return trace;
}

/** The log of a request names its trace in every line. */
export function loggerOfRequest(
  logger: FastifyBaseLogger,
  bindings: object,
  options: object,
  request: Pick<IncomingMessage, 'headers'>,
): FastifyBaseLogger {
  const about = () => ({ ...bindings, [traceParentName]: traceParentOf(request) });
  for (const _ in options) return logger.child(about(), options);
  return new RequestLog(logger, about);
}

export function tellTraces(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header(traceParentName, traceParentOf(request.raw));
    done();
  });
}

/**
 * Random bytes in hexadecimal. Asking the operating system for a few bytes at a time costs more than all the rest of an
 * id.
 */
function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}
