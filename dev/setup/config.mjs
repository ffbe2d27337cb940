import { PINNED } from './nats-server/versions.mjs';

/**
 * The settings of set-up, from the environment.
 * @param {Record<string, string | undefined>} environment
 */
export function setupConfig(environment = process.env) {
  const { NATS_SERVER_DOWNLOAD, TEST_NATS_SERVER, CI } = environment;
  return {
    /** The address in front of the name of nats-server's archive. */
    NATS_SERVER_DOWNLOAD:
      NATS_SERVER_DOWNLOAD || `https://github.com/nats-io/nats-server/releases/download/v${PINNED}/`,
    /** The version that test runs start. */
    TEST_NATS_SERVER: TEST_NATS_SERVER || PINNED,
    /** Set on a build server, where everything that tests need must be there: no test is skipped. */
    CI: Boolean(CI),
  };
}
