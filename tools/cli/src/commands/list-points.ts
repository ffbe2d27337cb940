import { type Command, limitOf, limitOption } from '../command.ts';
import { yesOrNo } from '../output/yes-or-no.ts';
import { valueWord } from '../words/value-words.ts';
import { named } from './named-things.ts';

export const listPoints: Command = {
  words: ['points', 'list'],
  about: 'Points of a device, or of all: where they lie, and which can be written.',
  operands: [{ name: 'DEVICE', isOptional: true }],
  options: limitOption,
  async run({ api, print }, input) {
    const [device] = input.operands;
    const only = device === undefined ? undefined : await named(api, 'device', device);
    const limit = limitOf(input);
    const found = await api.list('/api/config/points/', { device_id: only && String(only.id) }, limit);
    const all = only ? [only] : await api.list('/api/config/devices/', {}, Number.POSITIVE_INFINITY);
    const codes = new Map(all.map(({ id, code }) => [id, code]));
    print.table(
      found,
      [
        { head: 'ID', cell: ({ id }) => id, align: 'right' },
        { head: 'POINT', cell: ({ device_id, code }) => `${codes.get(device_id)}/${code}` },
        { head: 'NAME', cell: ({ name }) => name },
        { head: 'TABLE', cell: ({ table }) => valueWord('table', table) },
        { head: 'ADDRESS', cell: ({ address }) => address, align: 'right' },
        { head: 'TYPE', cell: ({ data_type }) => data_type },
        { head: 'UNIT', cell: ({ unit }) => unit },
        { head: 'WRITABLE', cell: ({ writable }) => yesOrNo(writable) },
        { head: 'ENABLED', cell: ({ enabled }) => yesOrNo(enabled) },
      ],
      found,
      'There are no points.',
    );
  },
};
