import type pg from 'pg';

/**
 * For every connection, so that each end notices when the other is unreachable. A server that does not keeps the locks of a
 * process on a host that was cut off, or has lost its power, for hours, and whoever writes the same rows waits for them.
 */
export const noticedWhenGone = {
  options:
    '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=15000',
  keepAlive: true,
  keepAliveInitialDelayMillis: 5_000,
} as const satisfies pg.ClientConfig;
