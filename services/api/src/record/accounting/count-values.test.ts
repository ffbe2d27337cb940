import type { DeviceValues } from '@holdfast/shared/domain/gaps/point-values.ts';
import { describe, expect, it } from 'vitest';
import { countNeverDelivered } from './count-values.ts';

describe('the number of points that never deliver', () => {
  const device = (...causes: string[]): { values: DeviceValues } => ({
    values: {
      ...{ expected: 10, delivered: 5, byCause: {}, points: [] },
      neverDelivered: causes.map((cause, index) => ({ code: `p${index}`, sinceMs: 0, cause })),
    },
  });
  const unknown = { values: undefined };

  it('leaves out those of which a subscribed device has reported nothing: it may report them rarely', () => {
    expect(countNeverDelivered([device('not_told')])).toBe(0);
    expect(countNeverDelivered([device('not_told', 'exception'), device('timeout')])).toBe(2);
  });

  it('is not known where none is found and the values of some device are not known', () => {
    expect(countNeverDelivered([device(), unknown])).toBeNull();
    expect(countNeverDelivered([device('not_told'), unknown])).toBeNull();
    expect(countNeverDelivered([device('exception'), unknown])).toBe(1);
    expect(countNeverDelivered([device()])).toBe(0);
  });
});
