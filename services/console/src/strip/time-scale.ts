import type { Stretch } from './stretch.ts';

/** Maps moments to places on the screen, from 0 to 1, and back. */
export interface TimeScale {
  place(ms: number): number;
  moment(place: number): number;
  /** Stretches in which nothing happens, drawn shorter than they are. */
  readonly folds: readonly Stretch[];
}

/** Share of the time from which a stretch without happenings is folded. */
const idleShare = 0.2;
const foldedShare = 0.05;
/** A time up to this length is never folded, because it can be seen whole. */
const shortMs = 300_000;

/** @param happenings moments between which idle time is folded; without any, nothing is folded */
export function timeScale(view: Stretch, happenings: readonly number[] = []): TimeScale {
  const length = Math.max(1, view.to - view.from);
  const isWhole = happenings.length === 0 || length < shortMs;
  const folds = isWhole ? [] : idleStretches(view, happenings, length * idleShare);
  const idle = folds.reduce((sum, { from, to }) => sum + to - from, 0);
  const unit = idle === 0 ? 1 / length : (1 - folds.length * foldedShare) / Math.max(1, length - idle);
  const pieces: (Stretch & { readonly start: number; readonly end: number })[] = [];
  let at = view.from;
  let start = 0;
  const addPiece = (to: number, width: number) => {
    if (to <= at && width === 0) return;
    pieces.push({ from: at, to, start, end: start + width });
    at = to;
    start += width;
  };
  for (const fold of folds) {
    addPiece(fold.from, (fold.from - at) * unit);
    addPiece(fold.to, foldedShare);
  }
  addPiece(view.to, Math.max(0, 1 - start));
  const share = (value: number, from: number, to: number) => (to === from ? 0 : (value - from) / (to - from));
  const first = pieces[0] ?? { ...view, start: 0, end: 1 };
  const last = pieces.at(-1) ?? first;
  return {
    folds,
    place: (ms) => {
      const piece = ms < view.from ? first : (pieces.find(({ to }) => ms <= to) ?? last);
      return piece.start + share(ms, piece.from, piece.to) * (piece.end - piece.start);
    },
    moment: (place) => {
      const piece = place < 0 ? first : (pieces.find(({ end }) => place <= end) ?? last);
      return piece.from + share(place, piece.start, piece.end) * (piece.to - piece.from);
    },
  };
}

/** Where a stretch is on a strip, in px. A shorter one is widened to the least width, and stays centred. */
export function extentOf(
  { from, to }: Stretch,
  scale: TimeScale,
  width: number,
  least: number,
): { readonly x: number; readonly width: number } {
  const [start, end] = [scale.place(from) * width, scale.place(to) * width];
  if (end - start >= least) return { x: start, width: end - start };
  return { x: Math.min(width - least, Math.max(0, (start + end - least) / 2)), width: least };
}

/** Stretches without a happening, also at the edges, with some time left next to each happening. */
export function idleStretches(
  view: Stretch,
  happenings: readonly number[],
  least = (view.to - view.from) * idleShare,
): Stretch[] {
  const within = happenings.filter((ms) => ms > view.from && ms < view.to).sort((one, other) => one - other);
  const moments = [view.from, ...within, view.to];
  const margin = least / 6;
  return moments.slice(1).flatMap((to, index) => {
    const from = moments[index] ?? view.from;
    return to - from > least ? [{ from: from + margin, to: to - margin }] : [];
  });
}

const steps = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800,
  604_800, 1_209_600, 2_419_200, 7_257_600,
].map((seconds) => seconds * 1_000);

/** Moments for the axis, on full hours and days of the zone. @param offsetMs how far its clock is ahead of UTC */
export function axisMoments(view: Stretch, atMost: number, offsetMs: number): number[] {
  const length = view.to - view.from;
  const step = steps.find((each) => length / each <= atMost) ?? length;
  const first = Math.ceil((view.from + offsetMs) / step) * step - offsetMs;
  const moments: number[] = [];
  for (let at = first; at <= view.to && moments.length <= atMost; at += step) moments.push(at);
  return moments;
}
