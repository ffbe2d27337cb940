import type { Item } from '@holdfast/api-client/api-client.ts';
import type { Option } from '../command.ts';
import { say } from '../words/say.ts';
import { valueWord } from '../words/value-words.ts';
import type { Column } from './table.ts';
import { records } from './values.ts';

export const traceOption: Readonly<Record<'trace', Option>> = {
  trace: { type: 'string', value: 'TRACE', about: 'that_come_of_this_command_only' },
};

/** The events that caused a gap; the trace can be given to `holdfast audit --trace`. */
export const originColumn: Column<Item> = {
  head: 'head_comes_of',
  cell: ({ events }) =>
    records(events)
      .map(({ sequence, type, decided_by, trace_id }) => {
        const event = { sequence, type: String(type).replace('session.', '') };
        return trace_id === null
          ? say('event_decided_by', {
              ...event,
              decided: valueWord('decided', decided_by),
            })
          : say('event_with_trace', { ...event, trace: trace_id });
      })
      .join('; '),
};
