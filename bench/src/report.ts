import type { Benchmark, Measurement } from './benchmark.ts';
import type { Machine } from './machine.ts';

/** One line of JSON, for scripts. */
export function reportAsJson(benchmark: Benchmark, measurement: Measurement, machine: Machine): string {
  const { ratio, figures, limit, servers } = measurement;
  return JSON.stringify({
    bench: benchmark.name,
    ratio,
    figures,
    limit,
    machine: { ...machine, ...servers },
  });
}

/** A table, for eyes. */
export function reportAsTable(benchmark: Benchmark, measurement: Measurement, machine: Machine): string {
  const { ratio, figures, limit, servers } = measurement;
  const sections: [string, Readonly<Record<string, number | string>>][] = [
    ['figures', figures],
    ['limit', limit],
    ['machine', { ...machine, ...servers }],
  ];
  const width = Math.max(...sections.flatMap(([, rows]) => Object.keys(rows).map((name) => name.length)));
  const lines = [`${benchmark.name}: ${Math.round(ratio * 100)} % of the limit`];
  for (const [title, rows] of sections) {
    lines.push('', title);
    for (const [name, value] of Object.entries(rows)) {
      lines.push(
        `  ${name.padEnd(width)}  ${typeof value === 'number' ? value.toLocaleString('en') : value}`,
      );
    }
  }
  return lines.join('\n');
}

export function listOf(benchmarks: readonly Benchmark[]): string {
  const width = Math.max(...benchmarks.map(({ name }) => name.length));
  return [
    'Usage: npm run -s bench -- NAME [flags] [--json] [--profile FOLDER]',
    '',
    ...benchmarks.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'npm run -s bench -- NAME --help tells what is measured and which flags there are.',
  ].join('\n');
}

export function helpOn({ name, description, flags }: Benchmark): string {
  const rows: [string, string][] = [
    ...Object.entries(flags).map(([flag, spec]): [string, string] => [
      `--${flag} ${'oneOf' in spec ? spec.oneOf.join('|') : 'N'}`,
      `${spec.meaning} (default ${spec.byDefault})`,
    ]),
    ['--json', 'the last line on stdout is {"bench", "ratio", "figures", "limit", "machine"}'],
    ['--profile FOLDER', 'puts a CPU profile of the measured process there; what it costs is in the figures'],
  ];
  const width = Math.max(...rows.map(([flag]) => flag.length));
  return [
    `Usage: npm run -s bench -- ${name} [flags]`,
    '',
    description,
    '',
    ...rows.map(([flag, meaning]) => `  ${flag.padEnd(width)}  ${meaning}`),
  ].join('\n');
}
