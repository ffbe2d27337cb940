import type { Command } from '../command.ts';
import { saveDownload } from '../output/save-download.ts';
import { csvForm, csvOptions, outputOption } from './csv-options.ts';

export const exportValues: Command = {
  words: ['values', 'export'],
  about: 'exports_stored_values_of_points',
  operands: [{ name: 'POINT', isOptional: true, isMany: true }],
  options: {
    device: { type: 'string', value: 'DEVICE', about: 'all_points_of_this_device', multiple: true },
    from: { type: 'string', value: 'TIME', about: 'time_forms_a_day_ago' },
    to: { type: 'string', value: 'TIME', about: 'likewise_now_unless_set' },
    interval: {
      type: 'string',
      value: 'LENGTH',
      about: 'mean_min_max_last_and_count',
    },
    zone: {
      type: 'string',
      value: 'ZONE',
      about: 'clock_of_the_times_such',
    },
    format: { type: 'string', value: 'FORMAT', about: 'csv_unless_set_or_xlsx', choices: ['csv', 'xlsx'] },
    layout: { type: 'string', value: 'LAYOUT', about: 'long_unless_set_or_wide', choices: ['long', 'wide'] },
    decimal: { type: 'string', value: 'WORD', about: 'of_csv_point_unless_set', choices: ['point', 'comma'] },
    ...csvOptions,
    output: outputOption,
  },
  async run({ api, print }, input) {
    const file = input.text('output');
    const query = {
      point: [...input.operands],
      device: [...input.texts('device')],
      ...{ start_time: input.time('from'), end_time: input.time('to'), interval: input.text('interval') },
      ...{ time_zone: input.text('zone'), format: input.text('format') },
      ...{ layout: input.text('layout'), decimal: input.text('decimal') },
      ...csvForm(input),
    };
    const { body } = await api.open('/api/exports/values/', query, {});
    if (body) await saveDownload({ print }, body, file);
  },
};
