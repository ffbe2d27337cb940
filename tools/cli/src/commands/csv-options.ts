import type { Input, Option } from '../command.ts';

/** How CSV is written, for all commands that write some. */
export const csvOptions = {
  encoding: {
    type: 'string',
    value: 'ENCODING',
    about: 'of CSV: utf-8 (unless set) or gb18030',
    choices: ['utf-8', 'gb18030'],
  },
  separator: {
    type: 'string',
    value: 'WORD',
    about: 'between cells of CSV: comma (unless set) or semicolon',
    choices: ['comma', 'semicolon'],
  },
} as const satisfies Readonly<Record<string, Option>>;

export const outputOption: Option = {
  type: 'string',
  value: 'FILE',
  about: 'write to this file instead of stdout; it appears only when it is complete',
};

export function csvForm(input: Input) {
  return { encoding: input.text('encoding'), separator: input.text('separator') };
}
