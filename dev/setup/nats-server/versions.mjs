/** The version that tests and containers run on, and that is installed where no suitable one is found. */
export const PINNED = '2.14.5';

/** The oldest allowed version: we need metadata of streams and several filters of a consumer, which came with 2.10. */
export const OLDEST = '2.10';

/** A release of the oldest version, on which CI repeats the tests of the broker's own behaviour. */
export const OLDEST_TESTED = '2.10.29';

/**
 * SHA-256 of the makers' archives of the pinned version, by platform as they write it. Taken from the Dockerfiles in
 * nats-io/nats-docker; for macOS none is published there.
 */
export const ARCHIVE_SUMS = {
  'linux-amd64': '5e3b603d47c447bda1f77f9ac16dbf91c90aac4ff3681f8fbbc7201e4ed99355',
  'linux-arm64': '673a98d3faa79dde3f9ebf16d6dfac36a5f694e7ad2015e4954dd7939c85cd4c',
};

/** The first version that can bound the messages waiting for a stream (`max_buffered_msgs`). */
export const BOUNDS_WAITING_MESSAGES = '2.11';

/** @param {string} version such as `2.9.10` */
export function isNewEnough(version, oldest = OLDEST) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split('.').map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}
