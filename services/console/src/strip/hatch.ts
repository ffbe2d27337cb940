/** Hatches a box of a canvas in the pen's stroke. Lines continue across adjacent boxes, wherever each begins. */
export function hatch(
  pen: CanvasRenderingContext2D,
  [x, y, w, h]: readonly [x: number, y: number, width: number, height: number],
  /** Distance of the lines in pixels. */
  every: number,
): void {
  pen.save();
  pen.beginPath();
  pen.rect(x, y, w, h);
  pen.clip();
  pen.beginPath();
  for (let at = Math.floor((x - h) / every) * every; at < x + w; at += every) {
    pen.moveTo(at, y + h);
    pen.lineTo(at + h, y);
  }
  pen.stroke();
  pen.restore();
}
