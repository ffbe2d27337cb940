import type { ApiClient, Item } from '@holdfast/api-client/api-client.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { localTime } from '../output/local-time.ts';
import { record } from '../output/values.ts';
import { say } from '../words/say.ts';

export const mappings = '/api/config/import-mappings/';

/** Commands on mappings, which `points import --save-mapping` keeps: each says how to read a list of points. */
export const listMappings: readonly Command[] = [
  {
    words: ['mappings', 'list'],
    about: 'saved_mappings_of_point_lists',
    operands: [],
    options: {},
    async run({ api, print }) {
      const rows = await savedMappings(api);
      print.table(
        rows,
        [
          { head: 'head_name', cell: ({ name }) => name },
          {
            head: 'head_columns',
            cell: ({ columns }) =>
              Object.entries(record(columns))
                .filter(([, field]) => field !== '')
                .map(([header, field]) => `${header} → ${field}`)
                .join(', '),
          },
          {
            head: 'head_answers',
            cell: ({ answers }) =>
              Object.entries(record(answers))
                .map(([question, answer]) => `${question}=${answer}`)
                .join(', '),
          },
          { head: 'head_saved', cell: ({ saved_at }) => localTime(saved_at) },
        ],
        rows,
        'no_mapping_was_saved',
      );
    },
  },
  {
    words: ['mappings', 'delete'],
    about: 'deletes_a_saved_mapping_of_point',
    operands: [{ name: 'NAME' }],
    options: {},
    async run({ api, print }, input) {
      const [name = ''] = input.operands;
      const mapping = (await savedMappings(api)).find((each) => each.name === name);
      if (!mapping) {
        const list = say('the_list', { command: 'holdfast mappings list' });
        throw new CliError(`${say('there_is_no_mapping', { name })}\n${list}`, exitCodes.refused);
      }
      await api.delete(`${mappings}${mapping.id}/`);
      print.report(mapping, say('the_mapping_is_forgotten', { name }));
    },
  },
];

async function savedMappings(api: ApiClient): Promise<Item[]> {
  return (await api.get<{ results: Item[] }>(mappings)).results;
}
