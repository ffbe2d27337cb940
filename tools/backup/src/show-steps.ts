import { ProgressLine, type ProgressTarget } from '@holdfast/shared/runtime/progress-line.ts';

/** Told while it goes on what is being done, and how much of it is. */
export type OnStep = (what: string, done: number, total?: number) => void;

/** One line for each kind of work, where somebody looks. */
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
