/**
 * Longest life of one pull request of a reader that goes on for ever. After a broker restart, or a reconnect in the middle of a
 * cluster's election, the client finds out in one to two of these that it has to ask again, where its default is 30 s; so it
 * is short. Renewing it costs an idle consumer one small message each time.
 */
export const pullExpiresMs = 3_000;
