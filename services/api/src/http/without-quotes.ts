/** A segment of a path in quotes, either plain or percent-encoded. */
const quoted = /\/(?:"|%22)([^/"%]*)(?:"|%22)(?=\/|$)/g;

/**
 * `…/sessions/"1-1"/stop/` means `…/sessions/1-1/stop/`: ids that a script has from `jq '.[].id'` are quoted, and no id
 * has any in it.
 */
export function withoutQuotes(url: string): string {
  const queryAt = url.indexOf('?');
  const path = queryAt < 0 ? url : url.slice(0, queryAt);
  if (!path.includes('"') && !path.includes('%22')) return url;
  return path.replaceAll(quoted, '/$1') + url.slice(path.length);
}
