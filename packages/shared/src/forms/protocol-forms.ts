import type { FieldGroup, FieldWords, JsonSchema } from '@holdfast/driver/form-words.ts';
import type { DriverSpec, Specs } from '@holdfast/driver/spec.ts';
import { allInEachLanguage, inEachLanguage } from '@holdfast/texts/text.ts';
import type { DeviceBodies } from '../contracts/http/device-http.ts';
import { devicePointSchema } from '../contracts/http/point-http.ts';
import type { ProtocolForms } from '../contracts/http/protocols-http.ts';
import { described } from '../judgement/verdict-on-body.ts';
import { deviceWords, pointWords } from './common-words.ts';
import { formSchema } from './form-schema.ts';
import { formText } from './texts.ts';

/** The forms of every protocol, made of the schemas and rules that judge what the API is sent. */
export function protocolForms(specs: Specs, bodies: DeviceBodies): readonly ProtocolForms[] {
  const pointForms = new Map<unknown, JsonSchema>();
  return [...specs.values()].map((spec) => {
    const { protocol, modes, can, words, place } = spec;
    const point = pointForms.get(place) ?? pointForm(spec);
    pointForms.set(place, point);
    return {
      protocol,
      ...{ label: inEachLanguage(words.label), help: inEachLanguage(words.help) },
      modes: [...modes],
      can: { browse: can.browse, write: can.write, source_time: can.sourceTime },
      device: deviceForm(spec, bodies),
      point,
      notations: words.notations.map(({ sets, ...rest }) => ({ ...rest, sets: { ...sets } })),
      advice: {
        silent: inEachLanguage(words.advice.silent),
        no_value: inEachLanguage(words.advice.noValue),
        refusals: allInEachLanguage(words.advice.refusals ?? {}),
      },
      frame_parts: allInEachLanguage(words.frameParts ?? {}),
      probe: { ...words.probe },
    };
  });
}

/** Splits the field names into those that are always shown, and those that few need. */
function parted(words: Readonly<Record<string, FieldWords>>): { open: string[]; folded: string[] } {
  const names = Object.keys(words);
  return {
    open: names.filter((name) => !words[name]?.isFolded),
    folded: names.filter((name) => words[name]?.isFolded),
  };
}

function deviceForm(spec: DriverSpec, bodies: DeviceBodies): JsonSchema {
  const { words, protocol, modes } = spec;
  const schema = described(bodies.createOf(spec));
  const properties = { ...(schema.properties as Record<string, JsonSchema>) };
  properties.protocol = { ...properties.protocol, type: 'string', const: protocol, enum: [protocol] };
  const [mode] = modes;
  if (modes.length === 1) properties.mode = { ...properties.mode, const: mode };
  const own = parted(words.connection);
  const groups: FieldGroup[] = [
    { name: 'name', label: formText('name'), isFolded: false, fields: ['code', 'name', 'site_id'] },
    {
      name: 'connection',
      label: formText('connection'),
      isFolded: false,
      fields: ['protocol', 'mode', ...own.open],
    },
    {
      name: 'settings',
      label: formText('limits_and_quirks'),
      isFolded: true,
      fields: ['timeout_ms', ...own.folded, 'measurement', 'enabled'],
    },
  ];
  const whole: JsonSchema = { ...schema, properties };
  return formSchema(words.deviceForm?.(whole) ?? whole, {
    words: { ...deviceWords, ...words.connection },
    groups,
    examples: words.deviceExamples,
  });
}

function pointForm(spec: DriverSpec): JsonSchema {
  const { words } = spec;
  const own = parted(words.place);
  const inOrder = (words.placeOrder ?? [...own.open, 'data_type']).filter(
    (name) => !own.folded.includes(name),
  );
  const groups: FieldGroup[] = [
    { name: 'place', label: formText('where_it_lies'), isFolded: false, fields: ['code', ...inOrder] },
    {
      name: 'value',
      label: formText('what_it_means'),
      isFolded: false,
      fields: ['unit', 'scale', 'offset'],
    },
    {
      name: 'more',
      label: formText('more'),
      isFolded: true,
      fields: [
        ...own.folded,
        ...['name', 'count', 'precision', 'valid_min', 'valid_max', 'linear', 'enumeration'],
        ...['period_ms', 'report', 'writable', 'enabled'],
      ],
    },
  ];
  const schema: JsonSchema = described(devicePointSchema(spec));
  return formSchema(words.pointForm?.(schema) ?? schema, {
    words: { ...pointWords, ...words.place },
    groups,
    rules: words.pointRules?.() ?? {},
    examples: words.pointExamples,
  });
}
