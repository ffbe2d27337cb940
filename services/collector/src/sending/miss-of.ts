import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';

/** The same tick without its values, under the same message id. */
export function missOf(sample: Sample, miss: NonNullable<Sample['miss']>): Sample {
  const { v, session, epoch, collector, task, device_id, device, site, measurement } = sample;
  const { config_version, tick, through_tick, part, period_ms, since_tick, source_kept, time, read_at } =
    sample;
  return {
    ...{ v, session, epoch, collector, task, device_id, device, site, measurement, tick },
    ...(config_version === undefined ? {} : { config_version }),
    ...(through_tick === undefined ? {} : { through_tick }),
    period_ms,
    ...(since_tick === undefined ? {} : { since_tick }),
    ...(source_kept === undefined ? {} : { source_kept }),
    ...{ time, read_at },
    ...(part === undefined ? {} : { part }),
    miss,
  };
}
