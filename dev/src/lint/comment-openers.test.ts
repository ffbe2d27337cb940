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

  it('may have these words at the beginning of a later line', () => {
    expect(refusedOpeners('// The queue.\n// What waits in it.', 'slashes')).toEqual([]);
    expect(refusedOpeners('/**\n * The queue.\n * Of all tasks.\n */', 'slashes')).toEqual([]);
    expect(refusedOpeners('# The queue.\n# So it is.', 'hashes')).toEqual([]);
  });

  it('may open with words that only begin alike', () => {
    expect(
      refusedOpeners('// Offset of the queue.\n\n/** Whatever waits. */\n\n// Some wait.', 'slashes'),
    ).toEqual([]);
    expect(refusedOpeners("const text = 'What waits, // and so on';", 'slashes')).toEqual([]);
  });
});
