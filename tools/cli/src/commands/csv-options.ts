import type { Input, Option } from '../command.ts';

/** How CSV is written, for all commands that write some. */
export const csvOptions = {
  encoding: {
    type: 'string',
    value: 'ENCODING',
    about: 'of_csv_utf_8_unless_set',
    choices: ['utf-8', 'gb18030'],
  },
  separator: {
    type: 'string',
    value: 'WORD',
    about: 'between_cells_of_csv_comma_unless',
    choices: ['comma', 'semicolon'],
  },
} as const satisfies Readonly<Record<string, Option>>;

export const outputOption: Option = {
  type: 'string',
  value: 'FILE',
  about: 'write_to_this_file_instead',
};

export function csvForm(input: Input) {
  return { encoding: input.text('encoding'), separator: input.text('separator') };
}
