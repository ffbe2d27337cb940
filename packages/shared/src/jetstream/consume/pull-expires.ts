/**
 * Longest life of one pull request of a reader that never ends. After a broker restart, or a reconnect in the
 * middle of a cluster's election, the client needs one to two of these to find out that it has to ask again, so it is
 * short (the client's default is 30 s). Renewing costs an idle consumer one small message each time.
 */
export const pullExpiresMs = 3_000;
