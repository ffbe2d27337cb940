import { expect, it } from 'vitest';
import { catalogue, inEachLanguage, inLanguage, quoted } from './text.ts';

const text = catalogue('test', {
  no_collector: { en: 'no collector is up', zh: '没有在线的采集器' },
  no_device: { en: 'There is no device {{code}}.', zh: '没有设备 {{code}}。' },
  used_by: { en: '{{what}} is used by {{names}}', zh: '{{names}}使用{{what}}' },
  either: { en: 'one of {{names| or }}', zh: '{{names|或}}之一' },
  refused: { en: 'refused: {{why}}', zh: '被拒绝：{{why}}' },
});

it('a text is a code with parameters until it is shown', () => {
  expect(text('no_device', { code: 'press-1' })).toEqual({
    code: 'test.no_device',
    params: { code: 'press-1' },
  });
});

it('a text is shown in the language of its reader, also after it was sent as JSON', () => {
  const received = JSON.parse(JSON.stringify(text('refused', { why: text('no_collector') })));
  expect(inEachLanguage(received)).toEqual({
    en: 'refused: no collector is up',
    zh: '被拒绝：没有在线的采集器',
  });
});

it('joins a list with the comma of the language, or with the separator that the text names', () => {
  const names = ['a', 'b', 'c'];
  expect(inEachLanguage(text('used_by', { what: 'press-1', names }))).toEqual({
    en: 'press-1 is used by a, b, c',
    zh: 'a、b、c使用press-1',
  });
  expect(inEachLanguage(text('either', { names }))).toEqual({ en: 'one of a or b or c', zh: 'a或b或c之一' });
});

it('what a parameter says is shown as it is', () => {
  const odd = 'a {{code}} $1 $&';
  expect(inLanguage(text('no_device', { code: odd }), 'en')).toBe(`There is no device ${odd}.`);
  expect(inEachLanguage(quoted(odd))).toEqual({ en: odd, zh: odd });
});

it('a text of another release is shown by its code and what it names', () => {
  expect(inLanguage({ code: 'newer.text', params: { device: 'press-1' } }, 'zh')).toBe('newer.text press-1');
});

it('a text that is missing in a language, or has other parameters there or from its caller, does not compile', () => {
  // @ts-expect-error
  catalogue('test', { a: { en: 'There is no device.' } });
  // @ts-expect-error
  catalogue('test', { b: { en: 'There is no device {{code}}.', zh: '没有设备。' } });
  // @ts-expect-error
  catalogue('test', { c: { en: 'There is no device.', zh: '没有设备 {{code}}。' } });
  // @ts-expect-error
  expect(() => text('no_such_text')).not.toThrow();
  // @ts-expect-error
  expect(() => text('no_device')).not.toThrow();
  // @ts-expect-error
  expect(() => text('no_device', { codes: 'press-1' })).not.toThrow();
  const device = { code: 'press-1', site: 'hall-1' };
  // @ts-expect-error
  expect(() => text('no_device', { ...device })).not.toThrow();
});
