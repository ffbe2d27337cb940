import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LogUnreadable } from '@holdfast/shared/sessions/handle-command.ts';
import { describe, expect, it } from 'vitest';
import { storeProblem } from './store-problems.ts';

const sources = join(import.meta.dirname, '..');

describe('what is told in Chinese', () => {
  it('has one word for an epoch', async () => {
    const others: string[] = [];
    for await (const file of glob('**/*.ts', { cwd: sources })) {
      for (const line of (await readFile(join(sources, file), 'utf8')).split('\n')) {
        const text = line.replace(/\$\{.*?\}/g, '');
        if (/\p{Script=Han}/u.test(text) && /epoch/i.test(text)) others.push(`${file}: ${text.trim()}`);
      }
    }
    expect(others).toEqual([]);
  });

  it('has no English within where an event cannot be read, but the name of its subject', () => {
    const error = new LogUnreadable('events.session.7.lifecycle', 'sequence 12: not a CloudEvent');
    const { en, zh } = storeProblem(error)?.detail ?? { en: '', zh: '' };
    expect(en).toContain('events.session.7.lifecycle, sequence 12: not a CloudEvent.');
    expect(zh.match(/[a-z][\w.]+/gi)).toEqual(['events.session.7.lifecycle']);
  });
});
