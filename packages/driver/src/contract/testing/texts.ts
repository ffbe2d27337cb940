import { catalogue } from '@holdfast/texts/text.ts';

export const lineText = catalogue('line', {
  lines: { en: 'Lines', zh: '行' },
  help: { en: 'For tests.', zh: '测试用。' },
  connection_host: { en: 'Host', zh: '主机' },
  connection_port: { en: 'Port', zh: '端口' },
  connection_at_once: { en: 'Registers at once', zh: '一次读取数' },
  register: { en: 'Register', zh: '寄存器' },
  silent: { en: 'See whether the line ends.', zh: '请检查线路是否接通。' },
  no_value: { en: 'Try another register.', zh: '请尝试其他寄存器。' },
});
