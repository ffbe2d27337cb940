import { hatch } from './hatch.ts';
import { outline, type Pattern } from './strip.tsx';

// Patterns that the first screen does not need.

export const cross: Pattern = (pen, box, every) => {
  const [, y, , h] = box;
  hatch(pen, box, every);
  pen.save();
  // The same upside down.
  pen.transform(1, 0, 0, -1, 0, 2 * y + h);
  hatch(pen, box, every);
  pen.restore();
};

export const dashes: Pattern = (pen, box, every) => {
  pen.setLineDash([2, 2]);
  outline(pen, box, every);
  pen.setLineDash([]);
};

/** Pales what is below. */
export const veil: Pattern = (pen, box) => {
  pen.globalAlpha = 0.6;
  pen.fillRect(...box);
  pen.globalAlpha = 1;
};

export const edges: Pattern = (pen, [x, y, w, h]) => {
  pen.setLineDash([2, 3]);
  pen.beginPath();
  for (const edge of [x, x + w]) {
    pen.moveTo(edge, y);
    pen.lineTo(edge, y + h);
  }
  pen.stroke();
  pen.setLineDash([]);
};

export const diamond: Pattern = (pen, [x, y, w, h]) => {
  pen.beginPath();
  pen.moveTo(x + w / 2, y);
  pen.lineTo(x + w, y + h / 2);
  pen.lineTo(x + w / 2, y + h);
  pen.lineTo(x, y + h / 2);
  pen.fill();
};

/** Narrowest mark that gets a label, and the room left and right of the text, in px. */
const leastLabelled = 24;
const padding = 6;

/** A text in a mark, shortened to its visible room. @param options.isOnPattern whether to clear what is below the text */
export function label(text: string, { isOnPattern = false } = {}): Pattern {
  return (pen, [x, y, w, h]) => {
    const [from, to] = [Math.max(0, x), Math.min(pen.canvas.clientWidth, x + w)];
    if (text === '' || to - from < leastLabelled) return;
    pen.font = `500 11px ${getComputedStyle(pen.canvas).getPropertyValue('--font')}`;
    pen.textBaseline = 'middle';
    const words = fittingText(pen, text, to - from - 2 * padding);
    if (isOnPattern && words !== '') {
      pen.clearRect(from + 2, y + 3, pen.measureText(words).width + 2 * padding - 4, h - 6);
    }
    pen.fillText(words, from + padding, y + h / 2 + 0.5);
  };
}

/** The part of a text that has room, or nothing if only a letter or two fit. */
function fittingText(pen: CanvasRenderingContext2D, text: string, room: number): string {
  if (pen.measureText(text).width <= room) return text;
  let short = text;
  while (short.length > 0 && pen.measureText(`${short}…`).width > room) short = short.slice(0, -1);
  return short.length < 4 ? '' : `${short}…`;
}
