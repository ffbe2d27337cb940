import type { Item } from '@holdfast/api-client/api-client.ts';
import { speaksChinese } from '../words/say.ts';
import type { Column } from './table.ts';

/** The API's English words on the cause of a gap: where the cause itself is said in Chinese they would be its repetition. */
export const whyColumn = (): readonly Column<Item>[] =>
  speaksChinese() ? [] : [{ head: 'WHY', cell: ({ detail }) => detail }];
