import type { Assignment } from '@holdfast/shared/contracts/assignment.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { LastTick, LoadedConfig, Samples, TaskConfigs } from '../ports.ts';

export interface StartQuestions {
  readonly configs: TaskConfigs;
  readonly samples: Samples;
  /** Records up to where former readers have sent. */
  readonly record: (samples: readonly Sample[]) => Promise<void>;
  /** Asks when it is its turn; undefined when nothing may be started any more. */
  readonly ask: <T>(question: () => Promise<T | undefined>) => Promise<T | undefined>;
}

/**
 * Answers that the start of a session needs, asked for as soon as the log has placed it: over a slow link these answers take
 * seconds, and the message that lets the start begin is on its way meanwhile. Whatever is missing is asked for then.
 */
export class PreparedStart {
  readonly epoch: number;
  #isDropped = false;
  readonly #version: number;
  readonly #config: Promise<LoadedConfig | undefined>;
  readonly #last: Promise<ReadonlyMap<string, LastTick | undefined>>;

  /** @param isRead whether this process reads the session now: then it is unknown yet how far it will come */
  constructor(assignment: Assignment, sources: StartQuestions, isRead: boolean) {
    const ask: StartQuestions['ask'] = (question) =>
      sources.ask(async () => (this.#isDropped ? undefined : question()));
    const questions = { ...sources, ask };
    this.epoch = assignment.epoch;
    this.#version = assignment.config_version;
    this.#config = orUndefined(
      questions.ask(() => questions.configs.load(assignment.task_id, assignment.config_version)),
    );
    this.#last = isRead ? Promise.resolve(new Map()) : this.#askLast(assignment, questions);
    void this.#record(questions);
  }

  /** Asks nothing more. */
  drop(): void {
    this.#isDropped = true;
  }

  /** The configuration of this version, if it has been read. */
  async config(version: number): Promise<LoadedConfig | undefined> {
    return version === this.#version ? this.#config : undefined;
  }

  /** The newest samples of devices by their ids, as far as they have been read. */
  last(): Promise<ReadonlyMap<string, LastTick | undefined>> {
    return this.#last;
  }

  async #askLast(
    { task_id, epoch }: Assignment,
    { samples, ask }: StartQuestions,
  ): Promise<ReadonlyMap<string, LastTick | undefined>> {
    const loaded = await this.#config;
    const last = new Map<string, LastTick | undefined>();
    if (!loaded?.ok) return last;
    const questions = loaded.config.devices.map(({ id }) =>
      orUndefined(
        ask(async () => {
          last.set(id, await samples.last(task_id, id, epoch));
        }),
      ),
    );
    await Promise.all(questions);
    return last;
  }

  async #record({ record, ask }: StartQuestions): Promise<void> {
    const stored = [...(await this.#last).values()].flatMap((last) => last?.stored ?? []);
    if (stored.length > 0) await orUndefined(ask(() => record(stored)));
  }
}

/** An answer that does not come is asked for again when the session begins. */
function orUndefined<T>(answer: Promise<T | undefined>): Promise<T | undefined> {
  return answer.catch(() => undefined);
}
