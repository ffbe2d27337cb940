/**
 * Chinese for sentences, by their English. `{{name}}` stands for what a sentence names; `{{why}}`, `{{rest}}` and `{{allowed}}` for a
 * sentence of their own. The first that fits counts.
 */
export type ChineseSentences = Readonly<Record<string, string>>;

interface Pattern {
  readonly regex: RegExp;
  readonly names: readonly string[];
  readonly chinese: string;
}

const nested = new Set(['why', 'rest', 'allowed']);
/** Numbers and the like have no blanks, and a code does not reach into the next sentence. */
const shapes: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['ms', 'count', 'most', 'unit', 'table', 'data_type'].map((name) => [name, '(\\S+?)']),
  ),
  ...{ device: '([^:;]+?)', point: '([^:;]+?)' },
};

/**
 * Puts into Chinese what services and drivers say in English. The English is in the log, and parses to the same
 * words again. A message for which there is no Chinese stays as it is.
 * @param names words that sentences name, by their English
 */
export function inChinese(sentences: ChineseSentences, names: ChineseSentences): (message: string) => string {
  const patterns = Object.entries(sentences).map(patternOf);
  return (message) => new Translation(patterns, names).of(message) ?? message;
}

/** One message with the sentences in it. */
class Translation {
  readonly #patterns: readonly Pattern[];
  readonly #names: ChineseSentences;
  /** The devices of a session often say the same. */
  readonly #sentences = new Map<string, string | undefined>();

  constructor(patterns: readonly Pattern[], names: ChineseSentences) {
    this.#patterns = patterns;
    this.#names = names;
  }

  /** Undefined where there is no Chinese for it. */
  of(message: string): string | undefined {
    if (this.#sentences.has(message)) return this.#sentences.get(message);
    const chinese = this.#sentence(message) ?? this.#behindName(message);
    this.#sentences.set(message, chinese);
    return chinese;
  }

  #sentence(message: string): string | undefined {
    for (const { regex, names, chinese } of this.#patterns) {
      const match = regex.exec(message);
      if (!match) continue;
      const values = new Map(names.map((name, index) => [name, this.#named(name, match[index + 1] ?? '')]));
      return chinese.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values.get(name) ?? '');
    }
    return this.#list(message, '; ', '；', 'some') ?? this.#list(message, ', ', '，', 'every');
  }

  #named(name: string, value: string): string {
    return nested.has(name) ? (this.of(value) ?? value) : (this.#names[value] ?? value);
  }

  /** Several sentences in one. */
  #list(message: string, by: string, chinese: string, needed: 'some' | 'every'): string | undefined {
    const parts = message.split(by);
    if (parts.length === 1) return undefined;
    const all = parts.map((part) => this.of(part));
    if (!all[needed]((each) => each !== undefined)) return undefined;
    return all.map((each, index) => each ?? parts[index]).join(chinese);
  }

  /** A sentence behind the name of what it is about. */
  #behindName(message: string): string | undefined {
    for (let at = message.indexOf(': '); at > 0; at = message.indexOf(': ', at + 1)) {
      const sentence = this.#sentence(message.slice(at + 2));
      if (sentence !== undefined) return `${message.slice(0, at)}：${sentence}`;
    }
    return undefined;
  }
}

function patternOf([english, chinese]: [string, string]): Pattern {
  const names: string[] = [];
  const source = english
    .split(/\{\{(\w+)\}\}/)
    .map((part, index) => {
      if (index % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      names.push(part);
      return shapes[part] ?? '(.+?)';
    })
    .join('');
  return { regex: new RegExp(`^${source}$`, 's'), names, chinese };
}
