import type { ProcessExit } from '../child-process.ts';
import type { LogStream } from './log-stream.ts';
import type { HomeClaim } from './running-stack.ts';
import type { SupervisedChildOptions } from './supervised-child.ts';

/** Says and writes down the events of a child's life. */
export function childNotes(
  name: string,
  logs: LogStream,
  claim: HomeClaim,
): Omit<SupervisedChildOptions, 'name' | 'spawn'> {
  const notWritten = (error: unknown) => logs.warn(`running.json could not be written: ${String(error)}`);
  return {
    onSpawned: (pid) => void claim.childStarted(name, pid).catch(notWritten),
    onReady: (pid) => void claim.childReady(name, pid).catch(notWritten),
    onDied: (pid, exit, startsAgainInMs) => {
      logs.warn(
        `✗ ${name} (process ${pid}) ${how(exit)}. It is started again in ${seconds(startsAgainInMs)}.`,
        {
          child: name,
          pid,
          exit_code: exit.code,
          signal: exit.signal,
        },
      );
    },
    onNotStarted: (error, startsAgainInMs) => {
      const why = error instanceof Error ? error.message : String(error);
      logs.warn(`✗ ${name} could not be started; next try in ${seconds(startsAgainInMs)}. ${why}`, {
        child: name,
      });
    },
    onBroken: (pid, exit) => {
      logs.warn(
        `✗ ${name} (process ${pid}) ${how(exit)}: its changed sources do not run, the reason is in its log above. ` +
          'It is started again at the next change.',
        { child: name, pid, exit_code: exit.code, signal: exit.signal, broken: true },
      );
    },
    onBack: (pid) => logs.say(`✓ ${name} is back as process ${pid}`, { child: name, pid }),
  };
}

function how({ code, signal }: ProcessExit): string {
  return signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
