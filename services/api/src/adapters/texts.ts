import { catalogue } from '@holdfast/texts/text.ts';

export const adaptersText = catalogue('adapters', {
  command_keys_full: {
    en: 'Keys are kept for a day. Nothing was changed: send it without a key, or later.',
    zh: '键保留一天。没有任何更改：请不带键发送，或稍后再发。',
  },
});
