import type { Item } from '@holdfast/api-client/api-client.ts';
import type { Option } from '../command.ts';
import { say } from '../words/say.ts';
import { valueWord } from '../words/value-words.ts';
import type { Column } from './table.ts';
import { records } from './values.ts';

export const traceOption: Readonly<Record<'trace', Option>> = {
  trace: { type: 'string', value: 'TRACE', about: 'that come of this command only, by its trace' },
};

/** The events that caused a gap; the trace can be given to `holdfast audit --trace`. */
export const originColumn: Column<Item> = {
  head: 'COMES OF',
  cell: ({ events }) =>
    records(events)
      .map(({ sequence, type, decided_by, trace_id }) => {
        const event = { sequence, type: String(type).replace('session.', '') };
        return trace_id === null
          ? say('{{type}} {{sequence}}, by {{decided}}', {
              ...event,
              decided: valueWord('decided', decided_by),
            })
          : say('{{type}} {{sequence}}, trace {{trace}}', { ...event, trace: trace_id });
      })
      .join('; '),
};
