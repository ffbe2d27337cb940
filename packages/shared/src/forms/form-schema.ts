import {
  type Condition,
  type FieldGroup,
  type FieldRules,
  type FieldWords,
  implied,
  type JsonSchema,
} from '@holdfast/driver/form-words.ts';
import { allInEachLanguage, inEachLanguage } from '@holdfast/texts/text.ts';

type Properties = Readonly<Record<string, JsonSchema>>;

/**
 * The schema of a body with all that a form needs in addition: words in `x-label`, `x-help`, `x-unit` and `x-options`,
 * groups in `x-groups`, and rules across fields both for validators (`allOf`) and for forms (`x-when`,
 * `x-required-when`, `x-option-when`).
 */
export function formSchema(
  schema: JsonSchema,
  about: {
    readonly words: Readonly<Record<string, FieldWords>>;
    readonly groups: readonly FieldGroup[];
    readonly rules?: Readonly<Record<string, FieldRules>>;
    readonly examples: readonly object[];
  },
): JsonSchema {
  const { words, groups, rules = {}, examples } = about;
  const properties = schema.properties as Properties;
  const ordered = groups.flatMap(({ fields }) => fields);
  const forgotten = Object.keys(properties).filter((field) => !ordered.includes(field));
  if (forgotten.length > 0) throw new Error(`no group of the form has ${forgotten.join(', ')}`);
  const across = [
    ...((schema.allOf ?? []) as JsonSchema[]),
    ...Object.entries(rules).flatMap(([field, each]) => [...conditionals(field, each, properties)]),
  ];
  return {
    ...schema,
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    properties: Object.fromEntries(
      ordered.map((field) => [
        field,
        withRules(labelled(properties[field] ?? {}, words[field]), rules[field]),
      ]),
    ),
    ...(across.length > 0 && { allOf: across }),
    examples,
    'x-groups': groups.map(({ name, label, isFolded, fields }) => ({
      ...{ name, label: inEachLanguage(label), folded: isFolded, fields },
    })),
  };
}

function labelled(schema: JsonSchema, words: FieldWords | undefined): JsonSchema {
  if (words === undefined) throw new Error(`no words for ${JSON.stringify(schema).slice(0, 80)}`);
  const { label, help, unit, options, isTried, fields } = words;
  return {
    ...(fields ? withInner(schema, fields) : schema),
    'x-label': inEachLanguage(label),
    ...(help && { 'x-help': inEachLanguage(help) }),
    ...(unit !== undefined && { 'x-unit': unit }),
    ...(options && { 'x-options': allInEachLanguage(options) }),
    ...(isTried && { 'x-try-options': true }),
  };
}

/** Labels the fields of the object that a field holds: itself, one of its alternatives, or each of a list. */
function withInner(schema: JsonSchema, words: Readonly<Record<string, FieldWords>>): JsonSchema {
  const { properties, anyOf, items } = schema as {
    readonly properties?: Properties;
    readonly anyOf?: readonly JsonSchema[];
    readonly items?: JsonSchema;
  };
  const inner = Object.entries(properties ?? {}).map(([name, each]) => [name, labelled(each, words[name])]);
  return {
    ...schema,
    ...(properties && { properties: Object.fromEntries(inner) }),
    ...(anyOf && { anyOf: anyOf.map((each) => withInner(each, words)) }),
    ...(items && { items: withInner(items, words) }),
  };
}

function withRules(schema: JsonSchema, rules: FieldRules | undefined): JsonSchema {
  const { when, requiredWhen, optionsWhen } = rules ?? {};
  return {
    ...schema,
    ...(when && { 'x-when': when }),
    ...(requiredWhen && { 'x-required-when': requiredWhen }),
    ...(optionsWhen && { 'x-option-when': optionsWhen }),
  };
}

function* conditionals(
  field: string,
  { when, requiredWhen, optionsWhen }: FieldRules,
  properties: Properties,
): Iterable<JsonSchema> {
  const unset = { properties: { [field]: { const: properties[field]?.default ?? null } } };
  if (when) yield implied({ not: anyOf(when) }, unset);
  if (requiredWhen) {
    yield implied(anyOf(requiredWhen), { required: [field], not: { ...unset, required: [field] } });
  }
  for (const [value, conditions] of Object.entries(optionsWhen ?? {})) {
    const isChosen = { properties: { [field]: { const: value } }, required: [field] };
    yield implied(isChosen, anyOf(conditions));
  }
}

/** A field that is not given fits: something else may set it. */
function anyOf(conditions: readonly Condition[]): JsonSchema {
  return {
    anyOf: conditions.map((condition) => ({
      properties: Object.fromEntries(
        Object.entries(condition).map(([name, values]) => [name, { enum: values }]),
      ),
    })),
  };
}
