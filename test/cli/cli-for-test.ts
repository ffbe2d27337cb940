import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtProgram } from '@holdfast/dev/setup/dist.mjs';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { expectGolden, formatJson } from '../support/golden.ts';

const program = builtProgram('holdfast');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  /** Everything that it has written to stderr so far. */
  output(): string;
  /** Sends it a signal, as Ctrl+C does. */
  interrupt(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

export interface CliForTest {
  /** Runs in a pipe. */
  run(...args: string[]): Promise<Ended>;
  /** The same for a command that waits for something. */
  start(...args: string[]): Running;
  /** Runs in a pipe, with `input` on its standard input. */
  runWith(input: string, ...args: string[]): Promise<Ended>;
  /** Runs on a terminal of 100 columns; stderr comes on stdout. */
  onTerminal(...args: string[]): Promise<Ended>;
}

/** `holdfast` as a process, with these settings and none of the machine's. */
export function cliForTest(settings: Readonly<Record<string, string | undefined>>): CliForTest {
  // biome-ignore lint/style/noProcessEnv: programs are found by the PATH of the machine; the run keeps what was compiled
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  // Hides the logins of whoever runs the tests.
  const XDG_CONFIG_HOME = join(tmpdir(), 'holdfast-tests-have-no-settings');
  const environment = { PATH, NODE_COMPILE_CACHE, XDG_CONFIG_HOME, HOLDFAST_OPERATOR: 'test', ...settings };
  return {
    run: (...args) => started(process.execPath, [program, ...args], environment).ended,
    start: (...args) => started(process.execPath, [program, ...args], environment),
    runWith: (input, ...args) => started(process.execPath, [program, ...args], environment, input).ended,
    onTerminal: (...args) => {
      const command = [process.execPath, program, ...args].map((arg) => `'${arg}'`).join(' ');
      return started('script', ['-qec', `stty cols 100; ${command}`, '/dev/null'], environment).ended;
    },
  };
}

/** Writes down each run of a CLI with all that it says, to be compared as a whole. */
export class Transcript {
  #text = '';

  /** The same CLI, whose runs are written down. @param who before the prompt */
  of(cli: CliForTest, who = ''): Pick<CliForTest, 'run' | 'runWith'> {
    const note = async (args: readonly string[], ending: Promise<Ended>) => {
      const ended = await ending;
      const { code, stdout, stderr } = ended;
      const command = args.map((arg) => (/[\s'"]/.test(arg) ? JSON.stringify(arg) : arg)).join(' ');
      this.#text += [
        `${who}$ holdfast ${command}\n${/^[{[]/.test(stdout) ? `${formatJson(JSON.parse(stdout))}\n` : stdout}`,
        ...stderr.split('\n').flatMap((line) => (line === '' ? [] : [`! ${line}\n`])),
        code === 0 ? '\n' : `exit ${code}\n\n`,
      ].join('');
      return ended;
    };
    return {
      run: (...args) => note(args, cli.run(...args)),
      runWith: (input, ...args) => note(args, cli.runWith(input, ...args)),
    };
  }

  matches(name: string): Promise<void> {
    return expectGolden(name, this.#text);
  }
}

function started(command: string, args: string[], environment: NodeJS.ProcessEnv, input?: string): Running {
  const child =
    input === undefined
      ? spawn(command, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
      : spawn(command, args, { env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin?.end(input);
  cleanUpAfterFile(async () => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    stdout: stdout.replaceAll('\r\n', '\n'),
    stderr,
  }));
  return { output: () => stderr, interrupt: (signal) => void child.kill(signal), ended };
}
