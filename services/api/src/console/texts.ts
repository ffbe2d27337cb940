import { catalogue } from '@holdfast/texts/text.ts';

export const consoleText = catalogue('console', {
  not_built: { en: 'The console is not built', zh: '尚未构建控制台' },
  not_built_advice: {
    en: 'The API works; only the files of its console are missing. npm start and npm run console build them; the image of Holdfast has them.',
    zh: 'API 正常，只缺少控制台的文件：npm start 和 npm run console 都会生成这些文件；Holdfast 镜像自带这些文件。',
  },
  route_not_found: {
    en: '{{path}} is no file of this build of the console; reload the page.',
    zh: '{{path}} 不是本版本控制台的文件；请重新加载页面。',
  },
});
