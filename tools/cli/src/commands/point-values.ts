import { type Command, limitOf, limitOption } from '../command.ts';
import { localTime } from '../output/local-time.ts';
import { duration, record, records } from '../output/values.ts';
import { valueWord } from '../words/value-words.ts';

export const pointValues: Command = {
  words: ['points', 'values'],
  about: 'The last value of each point of a device, a session or all, with its quality and its age.',
  operands: [{ name: 'DEVICE', isOptional: true }],
  options: {
    session: { type: 'string', value: 'SESSION', about: 'of the points that this session reads' },
    ...limitOption,
  },
  async run({ api, print }, input) {
    const [device] = input.operands;
    const lacking = new Set<string>();
    const query = { device, session: input.text('session') };
    const rows = await api.list('/api/acquisition/points/values/', query, limitOf(input), ({ not_asked }) => {
      for (const { detail } of records(not_asked)) lacking.add(String(detail));
    });
    print.table(
      rows,
      [
        { head: 'DEVICE', cell: ({ device }) => device },
        { head: 'POINT', cell: ({ point_code }) => point_code },
        { head: 'VALUE', cell: ({ value }) => value, align: 'right' },
        { head: 'UNIT', cell: ({ unit }) => unit },
        { head: 'QUALITY', cell: ({ quality }) => valueWord('quality', quality) },
        { head: 'TIME', cell: ({ time }) => localTime(time) },
        { head: 'AGE', cell: ({ age_seconds }) => duration(age_seconds), align: 'right' },
        { head: 'MISSING NOW', cell: ({ miss }) => record(miss).detail },
      ],
      rows,
      'There are no points.',
    );
    for (const detail of lacking) print.note(detail);
  },
};
