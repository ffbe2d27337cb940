import type { Item } from '@holdfast/api-client/api-client.ts';
import type { Option } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { plainText } from '../output/plain-text.ts';
import type { Printer } from '../output/printer.ts';
import { record, records } from '../output/values.ts';

export const applyOption: Readonly<Record<'apply', Option>> = {
  apply: {
    type: 'string',
    value: 'sessions',
    about: 'running_sessions_take_the_change',
    choices: ['sessions'],
  },
};

export const applyOf = (input: { text(option: string): string | undefined }) => ({
  apply: input.text('apply'),
});

/** Says what came of each session. The caller prints `answer` itself. @returns the exit code */
export function noteApplied(print: Printer, { applied }: Item): number {
  const sessions = records(applied);
  if (!print.asJson) {
    for (const { session_id, problem, detail } of sessions) {
      const { title, detail: why } = record(problem);
      const parts = problem ? [session_id, title, why] : [detail];
      print.note(
        parts
          .filter(Boolean)
          .map((each) => plainText(String(each)))
          .join(': '),
      );
    }
  }
  return sessions.some(({ problem }) => problem) ? exitCodes.refused : exitCodes.ok;
}
