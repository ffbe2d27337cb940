import { type Command, limitOf, limitOption } from '../command.ts';
import { localTime } from '../output/local-time.ts';
import { record } from '../output/values.ts';
import { valueWord } from '../words/value-words.ts';

export const deviceHealth: Command = {
  words: ['devices', 'health'],
  about: 'Health of the devices of all running sessions, unread ones first, or of one device.',
  operands: [{ name: 'DEVICE', isOptional: true }],
  options: {
    condition: {
      type: 'string',
      value: 'CONDITION',
      about: 'failing, partly, slow, unknown or healthy; several with commas',
    },
    'never-delivered': {
      type: 'boolean',
      about: 'only those with points that gave no value in the last 24 hours',
    },
    ...limitOption,
  },
  async run({ api, print }, input) {
    const [device] = input.operands;
    const query = {
      ...{ device, condition: input.text('condition') },
      never_delivered: input.has('never-delivered') ? 'true' : undefined,
    };
    const rows = await api.list('/api/acquisition/devices/health/', query, limitOf(input));
    print.table(
      rows,
      [
        { head: 'DEVICE', cell: ({ device }) => device },
        { head: 'CONDITION', cell: ({ condition }) => valueWord('condition', condition) },
        { head: 'HEALTH', cell: ({ health }) => valueWord('device', record(health).status) },
        { head: 'NEVER DELIVERED', cell: ({ never_delivered }) => never_delivered, align: 'right' },
        { head: 'SINCE', cell: ({ since }) => localTime(since) },
        { head: 'LAST SUCCESS', cell: ({ health }) => localTime(record(health).last_success) },
        { head: 'SESSION', cell: ({ session_id }) => session_id },
        { head: 'COLLECTOR', cell: ({ collector_id }) => collector_id },
        {
          head: 'LAST ERROR',
          cell: ({ health, condition }) => condition !== 'healthy' && record(health).last_error,
        },
      ],
      rows,
      'No running session reads such a device.',
    );
  },
};
