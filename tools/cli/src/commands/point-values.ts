import { type Command, limitOf, limitOption } from '../command.ts';
import { localTime } from '../output/local-time.ts';
import { duration, record, records } from '../output/values.ts';
import { valueWord } from '../words/value-words.ts';

export const pointValues: Command = {
  words: ['points', 'values'],
  about: 'the_last_value_of_each_point',
  operands: [{ name: 'DEVICE', isOptional: true }],
  options: {
    session: { type: 'string', value: 'SESSION', about: 'of_the_points_that_this_session' },
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
        { head: 'head_device', cell: ({ device }) => device },
        { head: 'head_point', cell: ({ point_code }) => point_code },
        { head: 'head_value', cell: ({ value }) => value, align: 'right' },
        { head: 'head_unit', cell: ({ unit }) => unit },
        { head: 'head_quality', cell: ({ quality }) => valueWord('quality', quality) },
        { head: 'head_time', cell: ({ time }) => localTime(time) },
        { head: 'head_age', cell: ({ age_seconds }) => duration(age_seconds), align: 'right' },
        { head: 'head_missing_now', cell: ({ miss }) => record(miss).detail },
      ],
      rows,
      'there_are_no_points',
    );
    for (const detail of lacking) print.note(detail);
  },
};
