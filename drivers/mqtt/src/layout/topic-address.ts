import { pointerSteps } from '@holdfast/driver/messages/json-pointer.ts';
import type { Text } from '@holdfast/texts/text.ts';
import { mqttText } from '../texts.ts';
import { filterProblem } from './topic-filter.ts';

/** `topic`: the whole message is the value; `topic#/a/b`: the value that is there in its JSON. */
export interface TopicAddress {
  readonly filter: string;
  /** Undefined where the whole message is the value. */
  readonly steps: readonly string[] | undefined;
}

export type ParsedTopic =
  | { readonly ok: true; readonly address: TopicAddress }
  | { readonly ok: false; readonly problem: Text };

/** A pointer begins at the first `#/`: no filter contains that, because `#` can only be its last level. */
export function parseTopic(text: string): ParsedTopic {
  const at = text.indexOf('#/');
  const filter = at < 0 ? text : text.slice(0, at);
  const steps = at < 0 ? undefined : pointerSteps(text.slice(at + 1));
  const problem =
    at > 0 && filter.endsWith('/')
      ? mqttText('pointer_behind_whole_filter', { topic: text.slice(0, at + 1) })
      : filterProblem(filter);
  if (problem !== undefined) return { ok: false, problem };
  if (at >= 0 && !steps) return { ok: false, problem: mqttText('pointer_malformed') };
  return { ok: true, address: { filter, steps } };
}
