import type { StreamConfig } from '@nats-io/jetstream';

type Size = Pick<StreamConfig, 'name'> & Partial<Pick<StreamConfig, 'max_bytes' | 'max_age'>>;

/** A stream or bucket that was made with another size than it would be made with now. */
export interface OtherSize {
  readonly stream: string;
  readonly max_bytes?: number;
  readonly wanted_bytes?: number;
  /** Only where a setting bounds the age. */
  readonly max_age_hours?: number;
  readonly wanted_age_hours?: number;
}

const nanosPerHour = 3_600_000_000_000;

/**
 * The streams that have another size than `wanted`. Where no setting gives the size, somebody may have given a stream
 * more room on purpose, so only less counts.
 * @param bySetting names of the streams whose size a setting gives
 */
export function otherSizes(
  actual: readonly Size[],
  { wanted, bySetting }: { readonly wanted: readonly Size[]; readonly bySetting: ReadonlySet<string> },
): OtherSize[] {
  const found = new Map(actual.map((config) => [config.name, config]));
  return wanted.flatMap((config): OtherSize[] => {
    const now = found.get(config.name);
    if (!now) return [];
    const [is, asked] = [roomOf(now), roomOf(config)];
    const isOtherRoom = bySetting.has(config.name) ? is !== asked : is < asked;
    const [age, askedAge] = [now.max_age ?? 0, config.max_age ?? 0];
    const isOtherAge = bySetting.has(config.name) && age !== askedAge;
    if (!isOtherRoom && !isOtherAge) return [];
    return [
      {
        stream: config.name,
        ...(isOtherRoom && { max_bytes: now.max_bytes ?? -1, wanted_bytes: config.max_bytes ?? -1 }),
        ...(isOtherAge && {
          max_age_hours: age / nanosPerHour,
          wanted_age_hours: askedAge / nanosPerHour,
        }),
      },
    ];
  });
}

/** Unbounded is more than any bound. */
const roomOf = ({ max_bytes = -1 }: Size) => (max_bytes > 0 ? max_bytes : Number.POSITIVE_INFINITY);
