import { type Command, timeForms } from '../command.ts';
import { saveDownload } from '../output/save-download.ts';
import { csvForm, csvOptions, outputOption } from './csv-options.ts';

export const exportValues: Command = {
  words: ['values', 'export'],
  about: 'Exports stored values of points as CSV or XLSX, each value or by interval, over any time.',
  operands: [{ name: 'POINT', isOptional: true, isMany: true }],
  options: {
    device: { type: 'string', value: 'DEVICE', about: 'all points of this device', multiple: true },
    from: { type: 'string', value: 'TIME', about: `${timeForms}; a day ago unless set` },
    to: { type: 'string', value: 'TIME', about: 'likewise; now unless set' },
    interval: {
      type: 'string',
      value: 'LENGTH',
      about: 'mean, min, max, last and count of each (30s, 15m, 1h, 1d) instead of every value',
    },
    zone: {
      type: 'string',
      value: 'ZONE',
      about: 'clock of the times, such as Asia/Shanghai; that of the plant unless set',
    },
    format: { type: 'string', value: 'FORMAT', about: 'csv (unless set) or xlsx', choices: ['csv', 'xlsx'] },
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
      ...csvForm(input),
    };
    const { body } = await api.open('/api/exports/values/', query, {});
    if (body) await saveDownload({ print }, body, file);
  },
};
