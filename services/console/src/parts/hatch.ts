export interface Hatching {
  readonly colour: string;
  /** Distance of the lines in pixels. */
  readonly every: number;
  readonly lineWidth: number;
  /** Draws lines in both directions. */
  readonly isCrossed?: boolean;
}

/** Hatches a box of a canvas. Lines continue across adjacent boxes, wherever each begins. */
export function hatch(
  pen: CanvasRenderingContext2D,
  [x, y, w, h]: readonly [x: number, y: number, width: number, height: number],
  { colour, every, lineWidth, isCrossed = false }: Hatching,
): void {
  pen.save();
  pen.beginPath();
  pen.rect(x, y, w, h);
  pen.clip();
  pen.strokeStyle = colour;
  pen.lineWidth = lineWidth;
  pen.beginPath();
  for (let at = Math.floor((x - h) / every) * every; at < x + w; at += every) {
    pen.moveTo(at, y + h);
    pen.lineTo(at + h, y);
    if (!isCrossed) continue;
    pen.moveTo(at, y);
    pen.lineTo(at + h, y + h);
  }
  pen.stroke();
  pen.restore();
}
