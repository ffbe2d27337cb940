import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Benchmark, type ChoiceFlag, type NumberFlag, UsageError } from './benchmark.ts';

export type Order =
  | { readonly type: 'list' }
  | { readonly type: 'help'; readonly benchmark: Benchmark }
  | {
      readonly type: 'run';
      readonly benchmark: Benchmark;
      readonly values: Readonly<Record<string, number | string>>;
      readonly json: boolean;
      readonly profileFolder: string | undefined;
    };

/** @throws UsageError */
export function readCommandLine(args: readonly string[], benchmarks: readonly Benchmark[]): Order {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h') return { type: 'list' };
  const benchmark = benchmarks.find((candidate) => candidate.name === name);
  if (!benchmark) {
    const names = benchmarks.map((candidate) => candidate.name).join(', ');
    throw new UsageError(`There is no benchmark "${name}". There are: ${names}`);
  }
  const flagValues = readFlags(benchmark, rest);
  if (flagValues.help === true) return { type: 'help', benchmark };
  const values = Object.fromEntries(
    Object.entries(benchmark.flags).map(([flag, spec]) => {
      const value = flagValues[flag];
      return [flag, 'oneOf' in spec ? word(flag, spec, value) : wholeNumber(flag, spec, value)];
    }),
  );
  const profileFolder = typeof flagValues.profile === 'string' ? resolve(flagValues.profile) : undefined;
  return { type: 'run', benchmark, values, json: flagValues.json === true, profileFolder };
}

function readFlags(benchmark: Benchmark, args: string[]): Record<string, unknown> {
  const own = Object.keys(benchmark.flags).map((flag) => [flag, { type: 'string' as const }]);
  try {
    return parseArgs({
      args,
      strict: true,
      allowPositionals: false,
      options: {
        ...Object.fromEntries(own),
        json: { type: 'boolean' },
        profile: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    if (error instanceof TypeError) {
      throw new UsageError(`${error.message}\nSee: npm run -s bench -- ${benchmark.name} --help`);
    }
    throw error;
  }
}

function wholeNumber(flag: string, { byDefault, atLeast }: NumberFlag, flagValue: unknown): number {
  if (flagValue === undefined) return byDefault;
  const value = Number(flagValue);
  if (
    typeof flagValue === 'string' &&
    /^\d+$/.test(flagValue) &&
    Number.isSafeInteger(value) &&
    value >= atLeast
  ) {
    return value;
  }
  throw new UsageError(`--${flag} takes a whole number from ${atLeast} on, not "${flagValue}"`);
}

function word(flag: string, { byDefault, oneOf }: ChoiceFlag, value: unknown): string {
  if (value === undefined) return byDefault;
  if (typeof value === 'string' && oneOf.includes(value)) return value;
  throw new UsageError(`--${flag} takes one of ${oneOf.join(', ')}, not "${value}"`);
}
