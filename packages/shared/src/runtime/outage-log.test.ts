import { describe, expect, it } from 'vitest';
import type { Logger } from './logger.ts';
import { OutageLog, type OutageLogOptions } from './outage-log.ts';

function outageWith(options: Omit<OutageLogOptions, 'log'>) {
  const lines: string[] = [];
  const say = (level: string) => (_: object, words: string) => void lines.push(`${level}: ${words}`);
  const log = { error: say('error'), warn: say('warn'), info: say('info'), debug: say('debug') };
  return { outage: new OutageLog({ log: log as unknown as Logger, ...options }), lines };
}

const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });

describe('an outage in the log', () => {
  it('is logged once, again when its cause changes, and when it is over', () => {
    const { outage, lines } = outageWith({ began: 'it is unavailable', ended: 'it is back' });
    for (const error of [refused, refused, reset]) outage.failed(error);
    outage.worked();
    outage.worked();
    outage.failed(refused);
    expect(lines).toEqual([
      'error: it is unavailable',
      'debug: it is unavailable',
      'error: it is unavailable',
      'info: it is back',
      'error: it is unavailable',
    ]);
  });

  it('ends in silence where its end is no news', () => {
    const { outage, lines } = outageWith({ level: 'warn', began: (error) => `away: ${error}` });
    outage.failed('no power');
    outage.worked();
    expect(lines).toEqual(['warn: away: no power']);
  });

  it('is recalled after as many attempts as were asked for', () => {
    const { outage, lines } = outageWith({ began: 'full', remindAfter: 3 });
    for (let attempt = 0; attempt < 7; attempt += 1) outage.failed(refused);
    expect(lines.map((line) => line.startsWith('error'))).toEqual([
      true,
      false,
      false,
      true,
      false,
      false,
      true,
    ]);
  });
});
