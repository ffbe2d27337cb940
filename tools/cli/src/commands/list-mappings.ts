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
    about: 'Saved mappings of point lists (from points import --save-mapping).',
    operands: [],
    options: {},
    async run({ api, print }) {
      const rows = await savedMappings(api);
      print.table(
        rows,
        [
          { head: 'NAME', cell: ({ name }) => name },
          {
            head: 'COLUMNS',
            cell: ({ columns }) =>
              Object.entries(record(columns))
                .filter(([, field]) => field !== '')
                .map(([header, field]) => `${header} → ${field}`)
                .join(', '),
          },
          {
            head: 'ANSWERS',
            cell: ({ answers }) =>
              Object.entries(record(answers))
                .map(([question, answer]) => `${question}=${answer}`)
                .join(', '),
          },
          { head: 'SAVED', cell: ({ saved_at }) => localTime(saved_at) },
        ],
        rows,
        'No mapping was saved.',
      );
    },
  },
  {
    words: ['mappings', 'delete'],
    about: 'Deletes a saved mapping of point lists.',
    operands: [{ name: 'NAME' }],
    options: {},
    async run({ api, print }, input) {
      const [name = ''] = input.operands;
      const mapping = (await savedMappings(api)).find((each) => each.name === name);
      if (!mapping) {
        const list = say('The list: {{command}}', { command: 'holdfast mappings list' });
        throw new CliError(
          `${say('There is no mapping with the name {{name}}.', { name })}\n${list}`,
          exitCodes.refused,
        );
      }
      await api.delete(`${mappings}${mapping.id}/`);
      print.report(mapping, say('The mapping {{name}} is forgotten.', { name }));
    },
  },
];

async function savedMappings(api: ApiClient): Promise<Item[]> {
  return (await api.get<{ results: Item[] }>(mappings)).results;
}
