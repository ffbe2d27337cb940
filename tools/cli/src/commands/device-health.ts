import { type Command, limitOf, limitOption } from '../command.ts';
import { localTime } from '../output/local-time.ts';
import { record } from '../output/values.ts';
import { valueWord } from '../words/value-words.ts';

export const deviceHealth: Command = {
  words: ['devices', 'health'],
  about: 'health_of_the_devices_of_all',
  operands: [{ name: 'DEVICE', isOptional: true }],
  options: {
    condition: {
      type: 'string',
      value: 'CONDITION',
      about: 'failing_partly_slow_unknown_or_healthy',
    },
    'never-delivered': {
      type: 'boolean',
      about: 'only_those_with_points_that_gave',
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
        { head: 'head_device', cell: ({ device }) => device },
        { head: 'head_condition', cell: ({ condition }) => valueWord('condition', condition) },
        { head: 'head_health', cell: ({ health }) => valueWord('device', record(health).status) },
        { head: 'head_never_delivered', cell: ({ never_delivered }) => never_delivered, align: 'right' },
        { head: 'head_since', cell: ({ since }) => localTime(since) },
        { head: 'head_last_success', cell: ({ health }) => localTime(record(health).last_success) },
        { head: 'head_session', cell: ({ session_id }) => session_id },
        { head: 'head_collector', cell: ({ collector_id }) => collector_id },
        {
          head: 'head_last_error',
          cell: ({ health, condition }) => condition !== 'healthy' && record(health).last_error,
        },
      ],
      rows,
      'no_running_session_reads_such',
    );
  },
};
