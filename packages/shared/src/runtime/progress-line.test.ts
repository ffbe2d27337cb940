import { describe, expect, it } from 'vitest';
import { ProgressLine, progressText } from './progress-line.ts';

function shownOn(isTTY: boolean): string {
  let text = '';
  const line = new ProgressLine(
    {
      isTTY,
      write: (part) => {
        text += part;
      },
    },
    'import',
  );
  line.at(0, 4);
  line.at(4, 4);
  line.end();
  line.end();
  return text;
}

describe('a line of progress', () => {
  it('is written over on a terminal and gone in the end', () => {
    expect(shownOn(true)).toBe(
      `\r\u001b[K${progressText('import', 0, 4)}\r\u001b[K${progressText('import', 4, 4)}\r\u001b[K`,
    );
  });

  it('is not there at all in a pipe', () => {
    expect(shownOn(false)).toBe('');
  });

  it.each([
    [0, 4, 'import [........................] 0/4 0 %'],
    [3, 4, 'import [##################......] 3/4 75 %'],
    [5, 4, 'import [########################] 5/4 100 %'],
    [7, undefined, 'import: 7'],
    [7, 0, 'import: 7'],
  ])('says %s of %s', (done, total, text) => {
    expect(progressText('import', done, total)).toBe(text);
  });
});
