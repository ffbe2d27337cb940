import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '@holdfast/dev/setup/find-program.mjs';
import { expect } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

const main = join(import.meta.dirname, '../../bench/src/main.ts');

export interface BenchReport {
  readonly bench: string;
  readonly ratio: number;
  // biome-ignore lint/suspicious/noExplicitAny: each benchmark has its own figures
  readonly figures: Readonly<Record<string, any>>;
  readonly limit: Readonly<Record<string, number>>;
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program of the benchmarks as a user would, and checks that it leaves nothing behind. */
export async function endOfBench(args: readonly string[]): Promise<Ended> {
  const folder = await temporaryFolder('bench');
  // biome-ignore lint/style/noProcessEnv: the PATH, on which nats-server is found
  const env = { ...process.env, TMPDIR: folder };
  const ended = await promisify(execFile)(process.execPath, [main, ...args], { env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: Ended) => ({ code, stdout, stderr }),
  );
  expect(await readdir(folder)).toEqual([]);
  return ended;
}

/** The one line of JSON with which a small benchmark ends. @param flags separated by blanks */
export async function runBench(name: string, flags: string): Promise<BenchReport> {
  const { code, stdout, stderr } = await endOfBench([name, ...flags.split(' '), '--json']);
  expect(code, stderr).toBe(0);
  const report: BenchReport = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  expect(report.bench).toBe(name);
  return report;
}

/** Whether there is a compiler for the devices of the benchmarks that poll. */
export function hasGcc(what: string): boolean {
  const isThere = findProgram('gcc') !== undefined;
  if (!isThere) process.stderr.write(`Skipped: ${what} needs gcc, which is not here.\n`);
  return isThere;
}
