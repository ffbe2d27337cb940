import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSessionId, sessionIdOf } from './session-id.ts';

describe('a session id', () => {
  it('says its task and its run, and nothing else does', () => {
    expect(sessionIdOf('7', 3)).toBe('7-3');
    expect(parseSessionId('7-3')).toEqual({ taskId: '7', run: 3 });
  });

  it('leads back to what it was made of', () => {
    const taskId = fc.integer({ min: 1, max: 999_999_999_999_999 }).map(String);
    const run = fc.integer({ min: 1, max: 999_999_999 });
    fc.assert(
      fc.property(taskId, run, (task, number) => {
        expect(parseSessionId(sessionIdOf(task, number))).toEqual({ taskId: task, run: number });
      }),
    );
  });

  it('that is written otherwise is none: one session has one id', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parsed = parseSessionId(text);
        if (parsed) expect(sessionIdOf(parsed.taskId, parsed.run)).toBe(text);
      }),
    );
  });
});
