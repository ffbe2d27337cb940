/** Registers as `0x00FF`, bits as `0` and `1`. */
export function inHexadecimal(raw: readonly (number | boolean)[]): string[] {
  return raw.map((word) =>
    typeof word === 'boolean'
      ? String(Number(word))
      : `0x${word.toString(16).toUpperCase().padStart(4, '0')}`,
  );
}
