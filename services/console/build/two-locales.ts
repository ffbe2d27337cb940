import type { Plugin } from 'vite';

/** React Aria brings its texts in some thirty languages, all in one chunk: those that the console has not are left out. */
export function twoLocales(): Plugin {
  const other = /[\\/]intl[\\/](?:\w+[\\/])?(?!en-US|zh-CN)[a-z]{2}-[A-Z]{2}\.m?js$/;
  return {
    name: 'two-locales',
    enforce: 'pre',
    load: { filter: { id: other }, handler: () => 'export default {};' },
  };
}
