/** Deeper than anything written on purpose, and far from a stack overflow. */
const maxDepth = 64;

/**
 * Replaces in a JSON value what PostgreSQL's text and jsonb refuse (U+0000, half surrogate pairs, endless nesting),
 * so that one odd value in the log cannot stop the read model.
 */
export function storableJson(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return storableText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= maxDepth) return '(nested too deeply)';
  if (Array.isArray(value)) return value.map((item) => storableJson(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [storableText(key), storableJson(inner, depth + 1)]),
  );
}

export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\uFFFD');
}
