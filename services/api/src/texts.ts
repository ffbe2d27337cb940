import { catalogue } from '@holdfast/texts/text.ts';

export const apiText = catalogue('api', {
  invalid_json: {
    en: 'It is not in UTF-8, which JSON always is: a terminal or file in GBK, for instance, has to be changed.',
    zh: '不是 UTF-8 编码，而 JSON 一律为 UTF-8：例如 GBK 的终端或文件须先转换。',
  },
  unsupported_media_type: { en: 'Send application/json.', zh: '请发送 application/json。' },
});
