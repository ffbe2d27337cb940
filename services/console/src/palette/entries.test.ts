import { describe, expect, it } from 'vitest';
import { matches, readCommand } from './entries.ts';

const english = { pause: 'pause', resume: 'resume', stop: 'stop', recover: 'recover' };
const chinese = { pause: '暂停', resume: '继续', stop: '停止', recover: '恢复' };

describe('the palette', () => {
  it('finds what has all the words, in whatever order', () => {
    expect(matches({ name: 'press-line', detail: '7-3' }, '7-3 PRESS')).toBe(true);
    expect(matches({ name: 'press-line', detail: '7-3' }, 'press 7-4')).toBe(false);
    expect(matches({ name: 'anything' }, '')).toBe(true);
  });

  it.each([
    ['pause press', english, { command: 'pause', search: 'press' }],
    ['Stop', english, { command: 'stop', search: '' }],
    ['stopper', english, { command: undefined, search: 'stopper' }],
    ['press pause', english, { command: undefined, search: 'press pause' }],
    ['暂停压机', chinese, { command: 'pause', search: '压机' }],
    ['停止 1-1', chinese, { command: 'stop', search: '1-1' }],
  ])('reads %s', (text, words, entry) => {
    expect(readCommand(text, words)).toEqual(entry);
  });
});
