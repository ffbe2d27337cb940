import type { Text } from '@holdfast/texts/text.ts';
import { mqttText } from '../texts.ts';

const longestBytes = 65_535;
const encoder = new TextEncoder();

/** Why a text is no topic filter (MQTT 5.0, 4.7), or undefined if it is one. */
export function filterProblem(filter: string): Text | undefined {
  const common = textProblem(filter);
  if (common) return common;
  const levels = filter.split('/');
  // EMQX writes it in both ways.
  if (levels.length > 1 && (levels[0] === '$share' || levels[0] === '$queue')) {
    return mqttText('no_shared_subscription');
  }
  for (const [place, level] of levels.entries()) {
    if (level === '#') {
      if (place < levels.length - 1) return mqttText('hash_only_last');
    } else if (level.includes('#')) return mqttText('hash_whole_level');
    else if (level.includes('+') && level !== '+') return mqttText('plus_whole_level');
  }
  return undefined;
}

/** Why nothing can be published to a topic. */
export function topicProblem(topic: string): Text | undefined {
  return textProblem(topic) ?? (/[+#]/.test(topic) ? mqttText('no_wildcard_to_publish') : undefined);
}

function textProblem(text: string): Text | undefined {
  if (text === '') return mqttText('not_empty');
  if (text.includes('\0') || !text.isWellFormed()) return mqttText('no_nul_characters');
  if (encoder.encode(text).length > longestBytes) return mqttText('too_many_bytes', { count: longestBytes });
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
