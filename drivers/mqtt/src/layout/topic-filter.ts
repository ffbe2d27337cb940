const longestBytes = 65_535;
const encoder = new TextEncoder();

/** Why a text is no topic filter (MQTT 5.0, 4.7), or undefined if it is one. */
export function filterProblem(filter: string): string | undefined {
  const common = textProblem(filter);
  if (common) return common;
  const levels = filter.split('/');
  // EMQX writes it in both ways.
  if (levels.length > 1 && (levels[0] === '$share' || levels[0] === '$queue')) {
    return 'a shared subscription gives each message to one of its members alone: give the topic itself, without $share and group';
  }
  for (const [place, level] of levels.entries()) {
    if (level === '#') {
      if (place < levels.length - 1) return '# may only be the last level of a topic filter';
    } else if (level.includes('#')) return '# must be a whole level of a topic filter';
    else if (level.includes('+') && level !== '+') return '+ must be a whole level of a topic filter';
  }
  return undefined;
}

/** Why nothing can be published to a topic. */
export function topicProblem(topic: string): string | undefined {
  return textProblem(topic) ?? (/[+#]/.test(topic) ? 'a topic to publish to has no + and no #' : undefined);
}

function textProblem(text: string): string | undefined {
  if (text === '') return 'must not be empty';
  if (text.includes('\0') || !text.isWellFormed()) return 'must be text without NUL characters';
  if (encoder.encode(text).length > longestBytes) return `must have ${longestBytes} bytes at the most`;
  return undefined;
}

export function hasWildcard(filter: string): boolean {
  return /(^|\/)[+#](\/|$)/.test(filter);
}

/** True if a message on the topic is one for the filter. */
export function matches(filter: string, topic: string): boolean {
  const filterLevels = filter.split('/');
  const levels = topic.split('/');
  // Wildcards do not match the broker's own topics.
  if (topic.startsWith('$') && (filterLevels[0] === '#' || filterLevels[0] === '+')) return false;
  for (const [place, level] of filterLevels.entries()) {
    // `#` matches the level above it, too.
    if (level === '#') return true;
    if (place >= levels.length) return false;
    if (level !== '+' && level !== levels[place]) return false;
  }
  return filterLevels.length === levels.length;
}
