import { type RequestForms, requestInWords } from '@holdfast/shared/forms/request-words.ts';
import { expect, it } from 'vitest';
import { forms } from './bodies.ts';

const formOf = (protocol: string) =>
  forms().find((each) => each.protocol === protocol) as unknown as RequestForms;

it.each([
  [
    'modbus_tcp',
    { table: 'holding_register', address: 0, quantity: 3 },
    ['Table Holding register, Address 0, quantity 3', '数据区 保持寄存器，地址 0，数量 3'],
  ],
  ['melsec', { address: 'D100', count: 4 }, ['Address D100, Count 4', '地址 D100，个数 4']],
  ['mqtt', { topic: 'hall/+' }, ['Topic hall/+', '主题 hall/+']],
])('a request of %s is described in both languages: %j', (protocol, request, sentences) => {
  const words = (['en', 'zh'] as const).map((language) =>
    requestInWords(request, formOf(protocol), language),
  );
  expect(words).toEqual(sentences);
});

it('a field without words is shown by its name, as are all without forms', () => {
  expect(requestInWords({ topic: 'a', qos: 1 }, formOf('melsec'), 'zh')).toBe('topic a，qos 1');
  expect(requestInWords({ address: 'D0', count: 1 }, undefined, 'en')).toBe('address D0, count 1');
});
