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

function captureOutput(isTTY: boolean): {
  output: { isTTY: boolean; write(text: string): void };
  text(): string;
} {
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
    const { output, text } = captureOutput(false);
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

  it('are one readable line a record on a terminal: when, who, what, and the fields that a person needs', () => {
    const { output, text } = captureOutput(true);
    const logs = openLogStream(output);

    serviceLines('collector-2', logs)(line);
    serviceLines(
      'api',
      logs,
    )(
      JSON.stringify({
        level: 'error',
        time: '2025-03-01T06:00:01.000Z',
        service: 'api',
        reqId: '15705c1c-7999-4594-b9e7-40ff43341c70',
        traceparent: '00-504ed336152d403c4bf47f7ab371b00d-0ef431c07f8c912a-00',
        task: '7',
        session: '7-3',
        refusals: 2,
        from: null,
        sessions: [{ id: '7-3' }],
        why: 'no answer\nwithin 5 s',
        err: { type: 'Error', message: 'broken pipe', stack: 'Error: broken pipe\n    at api.ts:7' },
        msg: 'cannot go on with 2 of them',
      }),
    );
    logs.say('ready', { after_seconds: 5 });

    expect(text().trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^[-\d]{10} \d\d:\d\d:00 collector-2 │ WARN device press-1 is not read$/),
      expect.stringMatching(
        /^[-\d]{10} \d\d:\d\d:01 api {9}│ ERROR cannot go on with 2 of them {2}session=7-3 {2}refusals=2 {2}why="no answer\\nwithin 5 s" {2}error="broken pipe"$/,
      ),
      'ready',
    ]);
  });

  it('have all fields on a terminal for who asks for them, on the same line', () => {
    const { output, text } = captureOutput(true);
    serviceLines('collector-2', openLogStream(output, true))(line);
    expect(text()).toMatch(
      /^\S+ \S+ collector-2 │ WARN device press-1 is not read {2}\{"service":"collector","collector":"collector-2","device":"press-1"\}\n$/,
    );
  });

  it('have secrets on a terminal only', () => {
    const [toPeople, toPrograms] = [captureOutput(true), captureOutput(false)];
    for (const { output } of [toPeople, toPrograms]) openLogStream(output).confide('hf_secret');
    expect(toPeople.text()).toBe('hf_secret\n');
    expect(toPrograms.text()).toBe('');
  });
});
