import { Writable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { commands } from '../../tools/cli/src/commands.ts';
import { helpOf, overview } from '../../tools/cli/src/help-text.ts';
import { describeProblem } from '../../tools/cli/src/output/describe-problem.ts';
import { Printer } from '../../tools/cli/src/output/printer.ts';
import { speak } from '../../tools/cli/src/words/say.ts';

const han = /\p{Script=Han}/u;
/** Width of a text in terminal cells: an ideograph or its punctuation is as wide as two letters. */
const cells = (text: string) =>
  [...text].reduce((sum, sign) => sum + (/[\u2e80-\uffef]/u.test(sign) ? 2 : 1), 0);

afterEach(() => speak('en'));

describe('help', () => {
  it('of all commands together and of each by itself is Chinese where Chinese is spoken', () => {
    speak('zh');
    const helps = [overview(commands), ...commands.map(helpOf)];
    for (const help of helps) {
      const explained = help.split('\n').filter((line) => /^ {2}\S/.test(line));
      expect(explained.filter((line) => !han.test(line))).toEqual([]);
      expect(help).toContain('退出码：');
    }
  });

  it('is English unless it is asked for', () => {
    expect(overview(commands)).not.toMatch(han);
  });
});

function captureLines(print: (printer: Printer) => void): string[] {
  let text = '';
  const out = new Writable({
    write(chunk, _, done) {
      text += chunk;
      done();
    },
  });
  print(new Printer({ json: false, table: true, out, err: out }));
  return text.split('\n').slice(0, -1);
}

describe('what stands in columns', () => {
  it('stands below its Chinese head', () => {
    speak('zh');
    const lines = captureLines((printer) =>
      printer.table(
        [],
        [
          { head: 'head_device', cell: ([device = '']: string[]) => device },
          { head: 'head_failures', cell: ([, failures]) => failures, align: 'right' },
          { head: 'head_last_error', cell: ([, , error]) => error },
        ],
        [
          ['压力机三号', '7', '未及时应答'],
          ['mill', '1234567890', 'timeout'],
        ],
        'there_are_no_devices',
      ),
    );
    expect(lines[0]).toMatch(/^设备 +连续失败 +最近错误$/);
    const last = ['最近错误', '未及时应答', 'timeout'];
    const begins = lines.map((line, index) => cells(line.slice(0, line.lastIndexOf(last[index] ?? ''))));
    expect(new Set(begins).size).toBe(1);
    const ends = lines.map((line, index) =>
      cells(line.slice(0, line.lastIndexOf(last[index] ?? '')).trimEnd()),
    );
    expect(new Set(ends).size).toBe(1);
  });

  it('stands behind names of different length', () => {
    speak('zh');
    const lines = captureLines((printer) =>
      printer.fields({}, [
        ['field_session', '7-3'],
        ['field_last_read', '12:00'],
        ['field_epoch', 9],
      ]),
    );
    expect(lines).toEqual(['会话      7-3', '最近读取  12:00', '接管序号  9']);
  });
});

it('a problem comes with Chinese advice', () => {
  speak('zh');
  const problem = { title: '没有这个对象', status: 404, code: 'device_not_found', detail: '没有设备 x。' };
  expect(describeProblem(problem, null)).toBe(
    '没有这个对象 (device_not_found, 404)\n没有设备 x。\n列表：holdfast devices list',
  );
  expect(describeProblem({ status: 429 }, '7')).toBe('被拒绝 (429)\n请在 7 秒后重试。');
});
