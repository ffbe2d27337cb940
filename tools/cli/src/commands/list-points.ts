import { type PlaceForms, pointPlace } from '@holdfast/shared/forms/point-place.ts';
import { type Command, limitOf, limitOption } from '../command.ts';
import { records } from '../output/values.ts';
import { yesOrNo } from '../output/yes-or-no.ts';
import { speaksChinese } from '../words/say.ts';
import { findItem } from './find-item.ts';

export const listPoints: Command = {
  words: ['points', 'list'],
  about: 'points_of_a_device',
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
        { head: 'head_id', cell: ({ id }) => id, align: 'right' },
        { head: 'head_point', cell: ({ device_id, code }) => `${devices.get(device_id)?.code}/${code}` },
        { head: 'head_name', cell: ({ name }) => name },
        { head: 'head_where', cell: placeOf },
        { head: 'head_type', cell: ({ data_type }) => data_type },
        { head: 'head_unit', cell: ({ unit }) => unit },
        { head: 'head_writable', cell: ({ writable }) => yesOrNo(writable) },
        { head: 'head_enabled', cell: ({ enabled }) => yesOrNo(enabled) },
      ],
      points,
      'there_are_no_points',
    );
  },
};
