import { catalogue } from '@holdfast/texts/text.ts';
import { describe, expect, it } from 'vitest';
import { negotiateLanguage } from '../problems/negotiate-language.ts';
import { Problem, validationFailed } from '../problems/problem.ts';
import { problemDocument } from './problem-document.ts';

const resume = catalogue('test', {
  resume: { en: 'Resume it instead.', zh: '请改为继续会话。' },
})('resume');

const fault = catalogue('testFault', {
  too_large: { en: 'must be {{most}} at most', zh: '不能大于 {{most}}' },
  required_with: { en: 'is required with {{protocol}}', zh: '使用 {{protocol}} 时必须给出' },
});

describe('the title of a problem', () => {
  it('is in the language that is wanted, and else in English', () => {
    const titleFor = (accepted: string | undefined) =>
      problemDocument(new Problem('session_paused', resume), 'id', negotiateLanguage(undefined, accepted))
        .title;
    expect(titleFor('zh-CN,zh;q=0.9,en;q=0.8')).toBe('会话已暂停');
    expect(titleFor('zh')).toBe('会话已暂停');
    expect(titleFor('en-GB,zh;q=0.5')).toBe('The session is paused');
    expect(titleFor('fr')).toBe('The session is paused');
    expect(titleFor(undefined)).toBe('The session is paused');
  });

  it('comes with its detail and its faults in the same language', () => {
    const paused = new Problem('session_paused', resume);
    expect(problemDocument(paused, 'id', 'zh').detail).toBe('请改为继续会话。');
    expect(problemDocument(paused, 'id').detail).toBe('Resume it instead.');
    const wrong = validationFailed([
      { path: 'port', message: fault('too_large', { most: 65_535 }) },
      { path: 'host', message: fault('required_with', { protocol: 'modbus_tcp' }) },
    ]);
    expect(problemDocument(wrong, 'id', 'zh')).toMatchObject({
      detail: 'port：不能大于 65535；host：使用 modbus_tcp 时必须给出',
      errors: [
        { path: 'port', message: '不能大于 65535' },
        { path: 'host', message: '使用 modbus_tcp 时必须给出' },
      ],
    });
    expect(problemDocument(wrong, 'id')).toMatchObject({
      detail: 'port: must be 65535 at most; host: is required with modbus_tcp',
    });
  });
});
