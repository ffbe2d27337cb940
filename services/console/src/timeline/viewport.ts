import type { Stretch } from '../strip/stretch.ts';

/** The shortest view: a shorter one would show nothing more, since no tick is much shorter. */
export const leastMs = 1_000;

/** The view made longer or shorter. @param around the moment that keeps its place on the screen */
export function zoomView({ from, to }: Stretch, factor: number, around: number, all: Stretch): Stretch {
  const length = Math.min(all.to - all.from, Math.max(leastMs, (to - from) * factor));
  const share = (around - from) / Math.max(1, to - from);
  return clampView({ from: around - length * share, to: around + length * (1 - share) }, all);
}

/** The view moved by this much, as far as there is something to see. */
export function panView({ from, to }: Stretch, byMs: number, all: Stretch): Stretch {
  return clampView({ from: from + byMs, to: to + byMs }, all);
}

/** The view with a moment in its middle, unless it already has it. */
export function centreView(view: Stretch, moment: number, all: Stretch): Stretch {
  if (moment >= view.from && moment <= view.to) return view;
  return panView(view, moment - (view.from + view.to) / 2, all);
}

/** The view between the two ends of a drag, or undefined if they are too close for one. */
export function brushView(one: number, other: number, all: Stretch): Stretch | undefined {
  const [from, to] = [Math.min(one, other), Math.max(one, other)];
  if (to - from < (all.to - all.from) / 500) return undefined;
  const middle = (from + to) / 2;
  const half = Math.max(leastMs, to - from) / 2;
  return clampView({ from: middle - half, to: middle + half }, all);
}

function clampView({ from, to }: Stretch, all: Stretch): Stretch {
  const length = Math.min(to - from, Math.max(leastMs, all.to - all.from));
  const begin = Math.max(all.from, Math.min(from, all.to - length));
  return { from: Math.round(begin), to: Math.round(begin + length) };
}
