import { ProgressLine, type ProgressTarget } from '@holdfast/shared/runtime/progress-line.ts';

/** Called during the work with what is being done, and how much of it is done. */
export type OnStep = (what: string, done: number, total?: number) => void;

/** Shows one line for each kind of work on a terminal. */
export function showSteps(target: ProgressTarget): { readonly onStep: OnStep; readonly end: () => void } {
  let shown: { readonly what: string; readonly line: ProgressLine } | undefined;
  return {
    onStep: (what, done, total) => {
      if (shown?.what !== what) {
        shown?.line.end();
        shown = { what, line: new ProgressLine(target, what) };
      }
      shown.line.at(done, total);
    },
    end: () => shown?.line.end(),
  };
}
