import { setImmediate as turnIsOver } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { LinesOfATurn } from './lines-of-a-turn.ts';

function loggerWithWrites() {
  const writes: string[][] = [];
  const lines = new LinesOfATurn({
    write: (text) =>
      writes.push(
        text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line).msg),
      ),
  });
  return { log: pino({}, lines), lines, writes };
}

describe('log lines', () => {
  it('of one turn go out together and in order, when it is over', async () => {
    const { log, writes } = loggerWithWrites();
    log.info('one');
    log.warn('two');
    expect(writes).toEqual([]);
    await turnIsOver();
    log.info('three');
    await turnIsOver();
    expect(writes).toEqual([['one', 'two'], ['three']]);
  });

  it('of an error go out at once, with those before it', () => {
    const { log, writes } = loggerWithWrites();
    log.info('before');
    log.error('broken');
    log.fatal('ending');
    expect(writes).toEqual([['before', 'broken'], ['ending']]);
  });

  it('that still wait go out when the process ends', () => {
    const { log, lines, writes } = loggerWithWrites();
    log.info('last words');
    lines.flush();
    expect(writes).toEqual([['last words']]);
  });

  it.each(['\u0085', '\u2028', '\u2029', '\u202e', '\u2066', '\u200f', '\u009b', '\u007f'])(
    'are lines whatever is said in them: %j',
    (character) => {
      let output = '';
      const lines = new LinesOfATurn({ write: (text) => (output += text) });
      pino({}, lines).error({ device: `a${character}{"level":"info"}` }, `b${character}`);
      expect(output).not.toContain(character);
      expect(output.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/)).toHaveLength(2);
      expect(JSON.parse(output)).toMatchObject({
        device: `a${character}{"level":"info"}`,
        msg: `b${character}`,
      });
    },
  );
});
