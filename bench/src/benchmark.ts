/** A flag `--name N` that takes a whole number. */
export interface NumberFlag {
  readonly meaning: string;
  readonly byDefault: number;
  readonly atLeast: number;
}

/** A flag `--name WORD` that takes one of a few words. */
export interface ChoiceFlag {
  readonly meaning: string;
  readonly byDefault: string;
  readonly oneOf: readonly string[];
}

export type Flag = NumberFlag | ChoiceFlag;

type ValueOf<F extends Flag> = F extends { readonly oneOf: readonly (infer Word)[] } ? Word : number;

export type FlagValues<F extends Readonly<Record<string, Flag>>> = {
  readonly [name in keyof F]: ValueOf<F[name]>;
};

/** The tools of a benchmark while it runs. */
export interface BenchmarkContext {
  /** Says on stderr what is going on. */
  readonly progress: (text: string) => void;
  /** Everything that was started or written; undone in reverse order, also after Ctrl+C. */
  readonly cleanUp: AsyncDisposableStack;
  /** Where to put a CPU profile of the measured process, when one is asked for. */
  readonly profileFolder: string | undefined;
}

/** Names are snake_case and carry their unit. */
export type Figures = Readonly<Record<string, number | string>>;

export interface Measurement {
  /** Ours over the limit, both measured in this run. */
  readonly ratio: number;
  readonly figures: Figures;
  /** The best that this machine could do at the same job, measured in this run. */
  readonly limit: Readonly<Record<string, number>>;
  /** Whether a promise was broken: the program then ends with 1, after its report. */
  readonly isFailed?: boolean;
  /** Versions of the servers that took part. */
  readonly servers: Readonly<Record<string, string>>;
}

export interface Benchmark<F extends Readonly<Record<string, Flag>> = Readonly<Record<string, Flag>>> {
  readonly name: string;
  /** One line for the list of all benchmarks. */
  readonly summary: string;
  /** Names what is measured, and against which limit. */
  readonly description: string;
  readonly flags: F;
  /**
   * @throws UsageError when the flags contradict each other
   * @throws InvalidMeasurement
   */
  run(values: FlagValues<F>, context: BenchmarkContext): Promise<Measurement>;
}

/** An error that the caller has to put right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Thrown when something else was measured than should have been: its times mean nothing. Slowness is never a reason. */
export class InvalidMeasurement extends Error {
  override readonly name = 'InvalidMeasurement';
}
