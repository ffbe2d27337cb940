import type uPlot from 'uplot';
import { hatch } from '../strip/hatch.ts';
import type { Hole } from './chart-holes.ts';

/** Height of a device's lane above the curves; the next constant is the space between lanes. */
export const lanePx = 6;
export const lanesApartPx = 1;
const leastPx = 3;

export type Colours = (name: string) => string;

/**
 * Draws the holes: in a lane for each device above the curves, and over the whole height where all curves belong to one
 * device. Every hole is visible, however short.
 */
export function drawHoles(
  u: uPlot,
  holes: readonly Hole[],
  devices: readonly string[],
  colours: Colours,
): void {
  const { ctx: pen, bbox } = u;
  const ratio = devicePixelRatio;
  pen.save();
  pen.beginPath();
  pen.rect(bbox.left, 0, bbox.width, bbox.top + bbox.height);
  pen.clip();
  for (const hole of holes) {
    const lane = devices.indexOf(hole.device);
    if (lane === -1) continue;
    const [from, to] = [hole.from, hole.to].map((time) => u.valToPos(time, 'x', true)) as [number, number];
    if (to < bbox.left || from > bbox.left + bbox.width) continue;
    const width = Math.max(to - from, leastPx * ratio);
    const x = from - (width - (to - from)) / 2;
    const height = lanePx * ratio;
    const y = bbox.top - (devices.length - lane) * (height + lanesApartPx * ratio);
    if (devices.length === 1) {
      pen.globalAlpha = hole.kind === 'unread' ? 0.35 : 0.7;
      pen.strokeStyle = colours('track');
      pen.lineWidth = ratio;
      hatch(pen, [x, bbox.top, width, bbox.height], 8 * ratio);
      pen.globalAlpha = 1;
    }
    if (hole.kind === 'unread') {
      pen.strokeStyle = colours('run');
      pen.lineWidth = ratio;
      pen.setLineDash([2 * ratio, 2 * ratio]);
      pen.strokeRect(x, y + ratio, width, height - 2 * ratio);
      pen.setLineDash([]);
    } else {
      pen.fillStyle = colours(hole.kind === 'now' ? 'p2' : 'run');
      pen.fillRect(x, y, width, height);
    }
  }
  pen.restore();
}

const apartPx = 6;

/** Draws a diamond at each uncertain value, far enough apart to be distinguished. */
export function drawUncertain(
  u: uPlot,
  places: readonly { readonly time: number; readonly value: number }[],
  colours: Colours,
): void {
  const { ctx: pen, bbox } = u;
  const size = 4 * devicePixelRatio;
  pen.save();
  pen.beginPath();
  pen.rect(bbox.left, bbox.top - size, bbox.width, bbox.height + 2 * size);
  pen.clip();
  pen.fillStyle = colours('quality');
  let before = Number.NEGATIVE_INFINITY;
  for (const { time, value } of places) {
    const [x, y] = [u.valToPos(time, 'x', true), u.valToPos(value, 'y', true)];
    if (x < bbox.left || x - before < apartPx * devicePixelRatio) continue;
    before = x;
    pen.beginPath();
    pen.moveTo(x, y - size);
    pen.lineTo(x + size, y);
    pen.lineTo(x, y + size);
    pen.lineTo(x - size, y);
    pen.fill();
  }
  pen.restore();
}
