import { execFile } from 'node:child_process';
import { PROJECT_ROOT } from '../stack/home-folder.ts';

export interface PnpmOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

// A bill of materials of a few hundred packages takes some hundred KB.
const LONGEST_OUTPUT_BYTES = 64 * 1_048_576;

/**
 * Runs pnpm in the project to its end, whatever its exit code.
 * @param pnpm pnpm with its version, as npx takes it: "pnpm@1.2.3"
 * @throws when there is no npx, or a signal ended it
 */
export function runPnpm(
  pnpm: string,
  args: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<PnpmOutcome> {
  return new Promise((resolve, reject) => {
    execFile(
      'npx',
      ['--yes', pnpm, ...args],
      {
        cwd: PROJECT_ROOT,
        // biome-ignore lint/style/noProcessEnv: npm and pnpm take proxies, registries and their folders from there
        env: { ...settings, ...process.env, CI: 'true' },
        maxBuffer: LONGEST_OUTPUT_BYTES,
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === 'number') resolve({ code, stdout, stderr });
        else reject(error);
      },
    );
  });
}
