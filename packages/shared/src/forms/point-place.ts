import type { InEachLanguage, Language } from '@holdfast/texts/text.ts';

interface PlaceField {
  readonly default?: unknown;
  readonly 'x-label'?: InEachLanguage;
  readonly 'x-options'?: Readonly<Record<string, InEachLanguage>>;
}

/** The parts of a protocol's forms that say where points are. */
export interface PlaceForms {
  readonly point: {
    readonly properties: Readonly<Record<string, PlaceField>>;
    readonly 'x-groups': readonly { readonly name: string; readonly fields: readonly string[] }[];
  };
  readonly notations: readonly { readonly sets: Readonly<Record<string, string>> }[];
}

/** Where a point is, in words. */
export interface PointPlace {
  /** Its address, with what a notation of addresses may say as well: `D100`, `Holding register 0`, `hall/meter-4#/power`. */
  readonly address: string;
  /** Anything else that is set about its place: `Bit 3`. */
  readonly more: readonly string[];
}

/** The place of a point by the form of its protocol: only a driver knows what a place is made of. */
export function pointPlace(
  { point: { properties, 'x-groups': groups }, notations }: PlaceForms,
  point: Readonly<Record<string, unknown>>,
  language: Language,
): PointPlace {
  const [address, ...others] = placeFields(groups);
  const word = (field: string) => optionWord(properties[field], point[field], language);
  const isSet = (field: string) => point[field] !== undefined && point[field] !== null;
  const isNamed = (field: string) => notations.some(({ sets }) => sets[field] !== undefined);
  const namedFields = others.filter((field) => isNamed(field) && isSet(field));
  const more = others.filter(
    (field) => !isNamed(field) && isSet(field) && point[field] !== properties[field]?.default,
  );
  return {
    address: [...namedFields, address]
      .flatMap((field) => (field && isSet(field) ? word(field) : []))
      .join(' '),
    more: more.map((field) => `${properties[field]?.['x-label']?.[language] ?? field} ${word(field)}`),
  };
}

/** The field that holds the address: forms ask for it first. */
export function addressField({ point }: PlaceForms): string | undefined {
  return placeFields(point['x-groups'])[0];
}

/** The word for a field's value, without what is in brackets; the value itself if there is no word. */
export function optionWord(field: PlaceField | undefined, value: unknown, language: Language): string {
  return field?.['x-options']?.[String(value)]?.[language].replace(/ ?[(（].*[)）]/, '') ?? String(value);
}

/** Fields of the place; the group also has the point's code and type. */
function placeFields(groups: PlaceForms['point']['x-groups']): string[] {
  const fields = groups.find(({ name }) => name === 'place')?.fields ?? [];
  return fields.filter((field) => field !== 'code' && field !== 'data_type');
}
