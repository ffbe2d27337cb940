import { type PlaceForms, pointPlace } from '@holdfast/shared/forms/point-place.ts';
import { type Command, limitOf, limitOption } from '../command.ts';
import { records } from '../output/values.ts';
import { yesOrNo } from '../output/yes-or-no.ts';
import { speaksChinese } from '../words/say.ts';
import { findItem } from './find-item.ts';

export const listPoints: Command = {
  words: ['points', 'list'],
  about: 'Points of a device, or of all: their addresses, and which can be written.',
  operands: [{ name: 'DEVICE', isOptional: true }],
  options: limitOption,
  async run({ api, print }, input) {
    const [device] = input.operands;
    const only = device === undefined ? undefined : await findItem(api, 'device', device);
    const limit = limitOf(input);
    const points = await api.list('/api/config/points/', { device_id: only && String(only.id) }, limit);
    const all = only ? [only] : await api.list('/api/config/devices/', {}, Number.POSITIVE_INFINITY);
    const devices = new Map(all.map((each) => [each.id, each]));
    const { results } = await api.get('/api/config/protocols/');
    const forms = new Map(
      records(results).map((each) => [each.protocol, each as unknown as PlaceForms] as const),
    );
    const placeOf = (point: Readonly<Record<string, unknown>>) => {
      const form = forms.get(devices.get(point.device_id)?.protocol);
      if (form === undefined) return '';
      const { address, more } = pointPlace(form, point, speaksChinese() ? 'zh' : 'en');
      return [address, ...more].join(', ');
    };
    print.table(
      points,
      [
        { head: 'ID', cell: ({ id }) => id, align: 'right' },
        { head: 'POINT', cell: ({ device_id, code }) => `${devices.get(device_id)?.code}/${code}` },
        { head: 'NAME', cell: ({ name }) => name },
        { head: 'WHERE', cell: placeOf },
        { head: 'TYPE', cell: ({ data_type }) => data_type },
        { head: 'UNIT', cell: ({ unit }) => unit },
        { head: 'WRITABLE', cell: ({ writable }) => yesOrNo(writable) },
        { head: 'ENABLED', cell: ({ enabled }) => yesOrNo(enabled) },
      ],
      points,
      'There are no points.',
    );
  },
};
