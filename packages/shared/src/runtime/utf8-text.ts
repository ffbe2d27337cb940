const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The text that these bytes are in UTF-8, without a byte order mark, or undefined if they are something else, such as the GBK of
 * a Chinese Windows, which would become names of replacement characters.
 */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
