import { PINNED } from './nats-server/versions.mjs';

/** The settings of set-up; docs/reference/settings.md is made from them. */
export const setupSettings = {
  NATS_SERVER_DOWNLOAD: {
    description:
      'Address in front of the archive name of nats-server, for a mirror of your own. The archive is verified by checksum in any case. `HTTPS_PROXY` is used',
    default: `https://github.com/nats-io/nats-server/releases/download/v${PINNED}/`,
  },
  TEST_NATS_SERVER: {
    description: 'Version of nats-server that tests start, from `.tools/nats-server/`',
    default: PINNED,
  },
  CI: {
    description: 'Anything: what a test needs and cannot get is an error, and no test is skipped',
    default: '',
  },
};

/**
 * The settings of set-up, from the environment.
 * @param {Record<string, string | undefined>} environment
 */
export function setupConfig(environment = process.env) {
  const { NATS_SERVER_DOWNLOAD, TEST_NATS_SERVER, CI } = environment;
  return {
    NATS_SERVER_DOWNLOAD: NATS_SERVER_DOWNLOAD || setupSettings.NATS_SERVER_DOWNLOAD.default,
    TEST_NATS_SERVER: TEST_NATS_SERVER || setupSettings.TEST_NATS_SERVER.default,
    CI: Boolean(CI),
  };
}
