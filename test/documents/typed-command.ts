import { type ChildProcess, spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';

export interface TypedCommand {
  /** Its output so far, without colours. */
  output(): string;
  /** Waits until it shows this. */
  shows(what: RegExp): Promise<void>;
  /** Types once it asks and waits for a key. */
  type(text: string): Promise<void>;
  /** Waits until it ends by itself; its exit code. */
  ended(): Promise<number | null>;
  /** Ctrl+C, the way out of a command that goes on for ever. */
  interrupt(): Promise<void>;
}

const timeoutMs = 60_000;
const cursorRequest = '\u001b[6n';
/**
 * The last output before a question takes an answer. Keys typed sooner are taken for a part of the terminal's own answer.
 */
const cursorIsBack = '\u001b[?25h';
const cursorAnswer = '\u001b[24;80R';

/** Runs lines of shell in a terminal of their own, as a person at it would. `script`, of util-linux, has the terminal. */
export function runInTerminal(
  script: string,
  lines: string,
  env: Readonly<Record<string, string>>,
): TypedCommand {
  const child = spawn(script, ['--quiet', '--return', '--flush', '--command', lines, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own, so that killing it kills the command too.
    detached: true,
    // biome-ignore lint/style/noProcessEnv: the shell of a reader has a PATH, with node on it
    env: { ...process.env, ...env, SHELL: '/bin/sh', TERM: 'xterm' },
  });
  let screen = '';
  let answered = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part) => {
      screen += String(part);
      // A terminal reports where its cursor is; a program that asks a question waits for that.
      const requestCount = screen.split(cursorRequest).length - 1;
      for (; answered < requestCount; answered += 1) child.stdin.write(cursorAnswer);
    });
  }
  // The program may be gone before the last keys reach it.
  child.stdin.on('error', () => {});
  let end: { readonly code: number | null } | undefined;
  child.once('close', (code) => {
    end = { code };
  });
  cleanUpAfterFile(async () => kill(child));
  const output = () => stripVTControlCharacters(screen).replaceAll('\r', '');
  const ended = async () => {
    const { code } = await eventually(() => end, {
      what: `"${lines}" to end; it showed\n${output()}\n`,
      timeoutMs,
    });
    return code;
  };
  return {
    output,
    shows: async (what) => {
      await eventually(() => what.test(output()), {
        what: `"${lines}" to show ${what}; it showed\n${output()}\n`,
        timeoutMs,
      });
    },
    type: async (text) => {
      await eventually(() => screen.endsWith(`${cursorIsBack}${cursorRequest}`), {
        what: 'a question',
        timeoutMs,
      });
      const before = screen.length;
      const retype = () => child.stdin.write(text);
      retype();
      // Keys that come together with the terminal's own answer may be taken for a part of it, and are lost.
      const again = setTimeout(retype, 10_000);
      const what = `something to come of "${text.trim()}"`;
      await eventually(() => end || screen.length > before, { what, timeoutMs }).finally(() =>
        clearTimeout(again),
      );
    },
    ended,
    interrupt: async () => {
      child.stdin.write('\u0003');
      await ended();
    },
  };
}

function kill({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
