import { ProgressLine, type ProgressTarget } from '@holdfast/shared/runtime/progress-line.ts';

/** Called during the work with what is being done, and how much of it is done. */
export type OnStep = (what: string, done: number, total?: number) => void;

/** Shows one line for each kind of work on a terminal. */
export function showSteps(target: ProgressTarget): { readonly onStep: OnStep; readonly end: () => void } {
  let current: { readonly what: string; readonly line: ProgressLine } | undefined;
  return {
    onStep: (what, done, total) => {
      if (current?.what !== what) {
        current?.line.end();
        current = { what, line: new ProgressLine(target, what) };
      }
      current.line.at(done, total);
    },
    end: () => current?.line.end(),
  };
}
