import { describe, expect, it } from 'vitest';
import { refusedOpeners } from './comment-openers.ts';

/** Put together here, so that the check does not find them in this file. */
const comment = (...[mark, text]: [string, string]) => `${mark} ${text}`;

describe('comments', () => {
  it.each(['Of the queue.', 'What waits.', 'That nobody waits.', 'So many wait.'])(
    'are refused when they open with "%s"',
    (text) => {
      for (const mark of ['//', '/**', '/*', '  //', 'const a = 1; //']) {
        expect(refusedOpeners(comment(mark, text), 'slashes'), mark).toEqual([1]);
      }
      expect(refusedOpeners(comment('#', text), 'hashes')).toEqual([1]);
      expect(refusedOpeners(`\n  /**\n   ${comment('*', text)}\n   */`, 'slashes')).toEqual([3]);
    },
  );

  it.each(['Of all tasks.', 'That they wait is known.', 'Tasks wait. Of all tasks one does not.'])(
    'are refused when a later line says "%s"',
    (text) => {
      expect(refusedOpeners(`// The queue.\n${comment('//', text)}`, 'slashes')).toEqual([2]);
      expect(refusedOpeners(`/**\n * The queue.\n ${comment('*', text)}\n */`, 'slashes')).toEqual([3]);
      expect(refusedOpeners(`# The queue.\n${comment('#', text)}`, 'hashes')).toEqual([2]);
    },
  );

  it('may have What and So at the beginning of a later sentence', () => {
    expect(refusedOpeners('// The queue.\n// What waits in it.', 'slashes')).toEqual([]);
    expect(refusedOpeners('/** The queue. What waits in it. */', 'slashes')).toEqual([]);
    expect(refusedOpeners('# The queue.\n# So it is.', 'hashes')).toEqual([]);
  });

  it('may open with words that only begin alike', () => {
    expect(
      refusedOpeners('// Offset of the queue.\n\n/** Whatever waits. */\n\n// Some wait.', 'slashes'),
    ).toEqual([]);
    expect(refusedOpeners("const text = 'What waits, // and so on';", 'slashes')).toEqual([]);
  });
});
