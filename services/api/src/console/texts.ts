import { catalogue } from '@holdfast/texts/text.ts';

export const consoleText = catalogue('console', {
  route_not_found: {
    en: '{{path}} is no file of this build of the console; reload the page.',
    zh: '{{path}} 不是本版本控制台的文件；请重新加载页面。',
  },
});
