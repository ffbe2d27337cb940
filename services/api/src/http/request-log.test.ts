import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { RequestLog } from './request-log.ts';

function logged(level: string, write: (log: RequestLog) => void): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  const stream = { write: (line: string) => lines.push(JSON.parse(line)) };
  const parent = fastify({ logger: { level, stream } }).log;
  write(new RequestLog(parent, () => ({ reqId: 'r1', traceparent: 't1' })));
  return lines;
}

const bindings = { reqId: 'r1', traceparent: 't1' };

describe('the log of a request', () => {
  it('names the request in every line, whatever the line is made of', () => {
    const lines = logged('info', (log) => {
      log.info('words alone');
      log.warn({ status: 503 }, 'with %s', 'values');
      log.error(new Error('broken'), 'an error first');
      log.child({ part: 'inner' }).info('of a child');
    });
    expect(lines).toMatchObject([
      { ...bindings, msg: 'words alone' },
      { ...bindings, status: 503, msg: 'with values' },
      { ...bindings, err: { message: 'broken', stack: expect.any(String) }, msg: 'an error first' },
      { ...bindings, part: 'inner', msg: 'of a child' },
    ]);
  });

  it('makes nothing of lines that are not wanted', () => {
    const parent = fastify({ logger: { level: 'info', stream: { write: () => undefined } } }).log;
    const log = new RequestLog(parent, () => {
      throw new Error('asked for');
    });
    log.debug({ a: 1 }, 'not wanted');
    expect(() => log.info('wanted')).toThrow('asked for');
  });
});
