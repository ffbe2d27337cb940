import { expect, it } from 'vitest';
import { unusedTexts } from './unused-texts.ts';

it('finds the texts that nothing says, and not those whose codes are put together', () => {
  const catalogue = [
    "export const text = catalogue('a', {",
    "  said: { en: 'Said', zh: '说' },",
    "  role_viewer: { en: 'Viewer', zh: '只读用户' },",
    '  silent: {',
    "    en: 'Silent',",
    '  },',
  ];
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a source
  const sources = ["text('said'); text(`role_${role}`);"];
  expect(unusedTexts(new Map([['texts.ts', catalogue.join('\n')]]), sources)).toEqual([
    { file: 'texts.ts', code: 'silent' },
  ]);
});
