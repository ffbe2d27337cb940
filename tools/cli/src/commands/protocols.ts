import type { Item } from '@holdfast/api-client/api-client.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { record, records } from '../output/values.ts';
import { say, speaksChinese } from '../words/say.ts';

const inLanguage = (words: unknown) => record(words)[speaksChinese() ? 'zh' : 'en'];

export const protocols: Command = {
  words: ['protocols'],
  about: 'protocols_of_devices_of_one',
  operands: [{ name: 'PROTOCOL', isOptional: true }],
  options: {},
  async run({ api, print }, input) {
    const answer = await api.get('/api/config/protocols/');
    const all = records(answer.results);
    const [name] = input.operands;
    if (name === undefined) {
      print.table(
        answer,
        [
          { head: 'head_protocol', cell: ({ protocol }) => protocol },
          { head: 'head_name', cell: ({ label }) => inLanguage(label) },
          { head: 'head_modes', cell: ({ modes }) => (Array.isArray(modes) ? modes.join(', ') : '') },
          { head: 'head_what', cell: ({ help }) => inLanguage(help) },
        ],
        all,
        'there_are_none',
      );
      return;
    }
    const details = all.find(({ protocol }) => protocol === name);
    if (!details) {
      const names = all.map(({ protocol }) => protocol).join(', ');
      throw new CliError(
        say('there_is_no_protocol_known', { wanted: name, known: names }),
        exitCodes.refused,
      );
    }
    print.table(
      details,
      [
        { head: 'head_of', cell: ({ of }) => say(`field_${of}`) },
        { head: 'head_field', cell: ({ field }) => field },
        { head: 'head_needed', cell: ({ isNeeded }) => (isNeeded ? say('yes') : '') },
        { head: 'head_default', cell: ({ fallback }) => fallback },
        { head: 'head_what', cell: ({ what }) => what },
      ],
      [...fieldsOf('device', details), ...fieldsOf('point', details)],
      'it_has_no_fields',
    );
  },
};

function fieldsOf(of: 'device' | 'point', protocol: Item) {
  const { properties, required } = record(protocol[of]);
  return Object.entries(record(properties))
    .map(([field, schema]) => ({ of, field, schema: record(schema) }))
    .filter(({ schema }) => schema.const === undefined)
    .map(({ field, schema }) => ({
      ...{ of, field },
      isNeeded: Array.isArray(required) && required.includes(field),
      fallback: schema.default ?? '',
      what: [inLanguage(schema['x-label']), inLanguage(schema['x-help'])]
        .filter(Boolean)
        .join(say('end_of_sentence')),
    }));
}
