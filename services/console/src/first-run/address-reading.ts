import type { AddressNotation } from '@holdfast/shared/contracts/http/protocols-http.ts';

/** The meaning of an address in the protocol's notation. */
export interface AddressReading {
  /** Address on the wire, counted from 0. */
  readonly wire: number;
  /** Fields that the notation itself sets. */
  readonly sets: Readonly<Record<string, string>>;
}

export function readAddress(text: string, notations: readonly AddressNotation[]): AddressReading | undefined {
  const address = text.trim();
  for (const { pattern, radix, first, sets } of notations) {
    const [, digits] = new RegExp(pattern).exec(address) ?? [];
    if (digits === undefined) continue;
    const wire = Number.parseInt(digits, radix) - first;
    return wire >= 0 && wire <= 65_535 ? { wire, sets } : undefined;
  }
  return undefined;
}

/** The same place in the notation that counts from 1 and names its table, or undefined if there is none. */
export function classicOf(
  wire: number,
  valueFor: (field: string) => string | undefined,
  notations: readonly AddressNotation[],
): string | undefined {
  const notation = notations.find(({ first, sets }) => {
    const settings = Object.entries(sets);
    return (
      first === 1 && settings.length > 0 && settings.every(([field, value]) => valueFor(field) === value)
    );
  });
  const prefix = notation && /^\^([0-9])/.exec(notation.pattern)?.[1];
  if (notation === undefined || prefix === undefined) return undefined;
  const place = String(wire + notation.first);
  return `${prefix}${place.padStart(place.length > 4 ? 5 : 4, '0')}`;
}

export function inHexadecimal(wire: number): string {
  return `0x${wire.toString(16).toUpperCase().padStart(4, '0')}`;
}
