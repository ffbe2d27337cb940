import { describe, expect, it } from 'vitest';
import { problemCodes } from '../problems/codes.ts';
import { Problem } from '../problems/problem.ts';
import { wantedLanguage } from '../problems/wanted-language.ts';
import { problemDocument } from './problem-document.ts';

describe('the title of a problem', () => {
  it('is in the language that is wanted, and else in English', () => {
    const titleFor = (accepted: string | undefined) =>
      problemDocument(
        new Problem('session_paused', 'Resume it instead.'),
        'id',
        wantedLanguage(undefined, accepted),
      ).title;
    expect(titleFor('zh-CN,zh;q=0.9,en;q=0.8')).toBe('会话已暂停');
    expect(titleFor('zh')).toBe('会话已暂停');
    expect(titleFor('en-GB,zh;q=0.5')).toBe('The session is paused');
    expect(titleFor('fr')).toBe('The session is paused');
    expect(titleFor(undefined)).toBe('The session is paused');
  });

  it('is Chinese in Chinese, for every code', () => {
    const others = Object.entries(problemCodes).filter(([, [, , zh]]) => !/\p{Script=Han}{2}/u.test(zh));
    expect(others).toEqual([]);
  });
});
