import type pg from 'pg';

/**
 * Settings for every connection, so that each end notices when the other is unreachable. Otherwise the server would
 * keep the locks of a process on a host without network or power for hours, and writers of the same rows would wait for
 * them.
 */
export const keepaliveSettings = {
  options:
    '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=15000',
  keepAlive: true,
  keepAliveInitialDelayMillis: 5_000,
} as const satisfies pg.ClientConfig;
