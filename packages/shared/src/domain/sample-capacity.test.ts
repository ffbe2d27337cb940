import { describe, expect, it } from 'vitest';
import { describeSampleCapacity, sampleCapacity } from './sample-capacity.ts';

const size = { messageBytes: 500, valuesPerMessage: 24 };

describe('how long the stream of samples holds', () => {
  it('is given by its bytes when these are met first', () => {
    const stream = { maxBytes: 4e9, maxAgeHours: 72, valuesPerSecond: 5_000, size };
    const capacity = sampleCapacity(stream);
    expect(capacity).toEqual({ bytesPerDay: 9e9, holdsHours: expect.closeTo(10.67), boundBy: 'bytes' });
    expect(describeSampleCapacity(capacity, stream)).toBe(
      '24 h at 5,000 values/s need 9.0 GB; SAMPLES has 4.0 GB: 10.7 h',
    );
  });

  it('is given by its age when there is room for more', () => {
    const stream = { maxBytes: 4e9, maxAgeHours: 72, valuesPerSecond: 100, size };
    const capacity = sampleCapacity(stream);
    expect(capacity).toMatchObject({ holdsHours: 72, boundBy: 'age' });
    expect(describeSampleCapacity(capacity, stream)).toBe(
      '24 h at 100 values/s need 0.2 GB; SAMPLES has 4.0 GB and keeps 72 h: 72.0 h',
    );
  });

  it('ends at its age when nothing comes', () => {
    expect(sampleCapacity({ maxBytes: 4e9, maxAgeHours: 1, valuesPerSecond: 0, size }).holdsHours).toBe(1);
  });
});
