import { describe, expect, it } from 'vitest';
import { openLogStream } from './log-stream.ts';
import { serviceLines } from './process-lines.ts';

const line = JSON.stringify({
  level: 'warn',
  time: '2025-03-01T06:00:00.000Z',
  service: 'collector',
  collector: 'collector-2',
  device: 'press-1',
  msg: 'device press-1 is not read',
});

function written(isTTY: boolean): { output: { isTTY: boolean; write(text: string): void }; text(): string } {
  let all = '';
  return {
    output: {
      isTTY,
      write: (text) => {
        all += text;
      },
    },
    text: () => all,
  };
}

describe('the logs of all processes in one stream', () => {
  it('are one JSON record a line where a program reads them, under the name in the stack', () => {
    const { output, text } = written(false);
    const logs = openLogStream(output);

    serviceLines('collector-2', logs)(line);
    serviceLines('api', logs)('Error: no JSON');
    logs.say('ready', { after_seconds: 5 });
    logs.show(['', '  first', 'second'], { event: 'ready' });

    const records = text()
      .trimEnd()
      .split('\n')
      .map((each) => JSON.parse(each));
    expect(records).toMatchObject([
      { level: 'warn', service: 'collector-2', device: 'press-1', msg: 'device press-1 is not read' },
      { level: 'error', service: 'api', msg: 'Error: no JSON' },
      { level: 'info', service: 'stack', msg: 'ready', after_seconds: 5 },
      { level: 'info', service: 'stack', msg: 'first', event: 'ready', lines: ['first', 'second'] },
    ]);
    for (const { time } of records) expect(new Date(time).toISOString()).toBe(time);
  });

  it('are readable lines on a terminal, each with the name of its process in front and what it is about', () => {
    const { output, text } = written(true);
    const logs = openLogStream(output);

    serviceLines('collector-2', logs)(line);
    logs.say('ready', { after_seconds: 5 });

    const [first, second] = text().trimEnd().split('\n');
    expect(first).toMatch(/^collector-2 │ .*WARN.*device press-1 is not read.*"device":"press-1"/);
    expect(second).toBe('ready');
  });

  it('have secrets on a terminal only', () => {
    const [toPeople, toPrograms] = [written(true), written(false)];
    for (const { output } of [toPeople, toPrograms]) openLogStream(output).confide('hf_secret');
    expect(toPeople.text()).toBe('hf_secret\n');
    expect(toPrograms.text()).toBe('');
  });
});
