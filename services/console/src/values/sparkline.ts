/** Draws a small curve without a scale, which shows whether and how a value moves. */
export function drawSparkline(canvas: HTMLCanvasElement, values: readonly number[], colour: string): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = devicePixelRatio;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const pen = canvas.getContext('2d');
  if (pen === null || w === 0) return;
  pen.clearRect(0, 0, w, h);
  if (values.length < 2) return;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const pad = 2 * ratio;
  const range = high - low;
  pen.beginPath();
  for (const [index, value] of values.entries()) {
    const x = pad + ((w - 2 * pad) * index) / (values.length - 1);
    const y = range > 0 ? h - pad - ((h - 2 * pad) * (value - low)) / range : h / 2;
    if (index === 0) pen.moveTo(x, y);
    else pen.lineTo(x, y);
  }
  pen.strokeStyle = colour;
  pen.lineWidth = 1.2 * ratio;
  pen.lineJoin = 'round';
  pen.stroke();
}
