import type { Item } from '@holdfast/api-client/api-client.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { record, records } from '../output/values.ts';
import { say, speaksChinese } from '../words/say.ts';

const inLanguage = (words: unknown) => record(words)[speaksChinese() ? 'zh' : 'en'];

export const protocols: Command = {
  words: ['protocols'],
  about: 'Protocols of devices; of one, the fields of its devices and points.',
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
          { head: 'PROTOCOL', cell: ({ protocol }) => protocol },
          { head: 'NAME', cell: ({ label }) => inLanguage(label) },
          { head: 'MODES', cell: ({ modes }) => (Array.isArray(modes) ? modes.join(', ') : '') },
          { head: 'WHAT', cell: ({ help }) => inLanguage(help) },
        ],
        all,
        'There are none.',
      );
      return;
    }
    const details = all.find(({ protocol }) => protocol === name);
    if (!details) {
      const names = all.map(({ protocol }) => protocol).join(', ');
      throw new CliError(
        say('There is no protocol {{wanted}}; known: {{known}}.', { wanted: name, known: names }),
        exitCodes.refused,
      );
    }
    print.table(
      details,
      [
        { head: 'OF', cell: ({ of }) => say(of) },
        { head: 'FIELD', cell: ({ field }) => field },
        { head: 'NEEDED', cell: ({ isNeeded }) => (isNeeded ? say('yes') : '') },
        { head: 'DEFAULT', cell: ({ fallback }) => fallback },
        { head: 'WHAT', cell: ({ what }) => what },
      ],
      [...fieldsOf('device', details), ...fieldsOf('point', details)],
      'It has no fields.',
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
      what: [inLanguage(schema['x-label']), inLanguage(schema['x-help'])].filter(Boolean).join(say('. ')),
    }));
}
