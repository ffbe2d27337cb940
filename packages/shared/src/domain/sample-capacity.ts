export interface SampleSize {
  /** Bytes that a message takes in the stream, subject and headers included. */
  readonly messageBytes: number;
  readonly valuesPerMessage: number;
}

/** Measured: the demo's injection moulding machine, 20 points of which most have a fraction. */
export const typicalSampleSize: SampleSize = { messageBytes: 893, valuesPerMessage: 20 };

export interface SampleCapacity {
  /** Bytes of one day at the rate. */
  readonly bytesPerDay: number;
  /** How long the stream holds at the rate. */
  readonly holdsHours: number;
  /** The bound that is met first. */
  readonly boundBy: 'bytes' | 'age';
}

/** Time for which SAMPLES holds unwritten samples: the database may be unavailable for this long before anything is lost. */
export function sampleCapacity(stream: {
  readonly maxBytes: number;
  readonly maxAgeHours: number;
  readonly valuesPerSecond: number;
  readonly size: SampleSize;
}): SampleCapacity {
  const { maxBytes, maxAgeHours, valuesPerSecond, size } = stream;
  const bytesPerHour = (valuesPerSecond / size.valuesPerMessage) * size.messageBytes * 3_600;
  const hoursByBytes = bytesPerHour > 0 ? maxBytes / bytesPerHour : Number.POSITIVE_INFINITY;
  return {
    bytesPerDay: bytesPerHour * 24,
    holdsHours: Math.min(hoursByBytes, maxAgeHours),
    boundBy: hoursByBytes <= maxAgeHours ? 'bytes' : 'age',
  };
}

/** "24 h at 5,000 values/s need 19.3 GB; SAMPLES has 4.3 GB: 5.3 h". */
export function describeSampleCapacity(
  { bytesPerDay, holdsHours, boundBy }: SampleCapacity,
  stream: { readonly maxBytes: number; readonly maxAgeHours: number; readonly valuesPerSecond: number },
): string {
  const rate = `${Math.round(stream.valuesPerSecond).toLocaleString('en')} values/s`;
  const has =
    boundBy === 'bytes'
      ? gigabytes(stream.maxBytes)
      : `${gigabytes(stream.maxBytes)} and keeps ${stream.maxAgeHours} h`;
  return `24 h at ${rate} need ${gigabytes(bytesPerDay)}; SAMPLES has ${has}: ${holdsHours.toFixed(1)} h`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e8 ? 3 : 1)} GB`;
}
