// `npm start`: the whole of Holdfast on this machine, without Docker.

import { inspect } from 'node:util';
import { ApiRefusal, NoAnswer } from '@holdfast/api-client/api-failures.ts';
import { ConfigError } from '@holdfast/shared/runtime/config.ts';
import { KilledBeforeReady, runningProcesses } from './child-process.ts';
import { HELP, stackConfig } from './config.ts';
import { LocalServerError } from './local-server-error.ts';
import { runLocalStack } from './stack/local-stack.ts';
import { openLogStream } from './stack/log-stream.ts';
import { StackError } from './stack/stack-error.ts';
import { listenForStop } from './stack/stop-request.ts';

const EXIT_KILLED = 130;

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(HELP);
    return 0;
  }
  const others = args.filter((each) => !['--edge', '--watch', '--verbose'].includes(each));
  if (others.length > 0) {
    throw new StackError(
      `npm start takes no arguments but --edge, --verbose, --watch and --help: ${others.join(' ')}`,
    );
  }
  const config = stackConfig();
  const logs = openLogStream(process.stdout, args.includes('--verbose'));
  const stop = listenForStop(() => {
    logs.warn('Killing everything at once. Sessions go on at the next start all the same.');
    killEverything();
    process.exit(EXIT_KILLED);
  });
  const options = { edge: args.includes('--edge'), watch: args.includes('--watch') };
  return runLocalStack(config, logs, stop, options);
}

function killEverything(): void {
  // A PostgreSQL that is killed leaves its backends behind; SIGQUIT makes it end at once together with them.
  for (const child of runningProcesses()) child.signal(child.name === 'postgres' ? 'SIGQUIT' : 'SIGKILL');
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isKnown = [StackError, ConfigError, LocalServerError, KilledBeforeReady, ApiRefusal, NoAnswer].some(
    (kind) => error instanceof kind,
  );
  process.stderr.write(`${isKnown ? (error as Error).message : inspect(error)}\n`);
  process.exitCode = 1;
}
