import type { Plugin } from 'vite';

/** Leaves out languages that the console does not have: React Aria brings its texts in some thirty, all in one chunk. */
export function twoLocales(): Plugin {
  const other = /[\\/]intl[\\/](?:\w+[\\/])?(?!en-US|zh-CN)[a-z]{2}-[A-Z]{2}\.m?js$/;
  return {
    name: 'two-locales',
    enforce: 'pre',
    load: { filter: { id: other }, handler: () => 'export default {};' },
  };
}
