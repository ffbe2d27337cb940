import { defineConfig } from 'vite';
import { bundledLicences } from './build/bundled-licences.ts';
import { carriedProblems } from './build/carried-problems.ts';
import { firstLoad } from './build/first-load.ts';
import { packedFiles } from './build/packed-files.ts';
import { twoLocales } from './build/two-locales.ts';

export default defineConfig({
  // Relative: the page's own <base> says where the console is served.
  base: './',
  build: {
    target: 'es2023',
    modulePreload: { polyfill: false },
    // The content security policy allows no fonts or pictures that are inlined into a style sheet.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: { output: { codeSplitting: firstLoad() } },
  },
  worker: { format: 'es' },
  plugins: [twoLocales(), bundledLicences(), carriedProblems(), packedFiles()],
});
