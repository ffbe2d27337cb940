import type { Item } from '@holdfast/api-client/api-client.ts';
import { speaksChinese } from '../words/say.ts';
import type { Column } from './table.ts';

/** The API's English words on the cause of a gap; left out in Chinese, where they would only repeat the cause. */
export const whyColumn = (): readonly Column<Item>[] =>
  speaksChinese() ? [] : [{ head: 'head_why', cell: ({ detail }) => detail }];
