/** Field names are few and recur in every event; converting each by a pattern took longer than the rest of an event. */
const snake = new Map<string, string>();
const camel = new Map<string, string>();

/** `taskId` → `task_id`, for the fields themselves and not for what is in them. */
export function toSnakeCase(fields: object): Record<string, unknown> {
  return renamed(fields, snake, (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

/** `task_id` → `taskId`, for the fields themselves and not for what is in them. */
export function toCamelCase(fields: object): Record<string, unknown> {
  return renamed(fields, camel, (name) =>
    name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
  );
}

function renamed(
  fields: object,
  names: Map<string, string>,
  rename: (name: string) => string,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    let other = names.get(name);
    if (other === undefined) {
      other = rename(name);
      names.set(name, other);
    }
    result[other] = value;
  }
  return result;
}
