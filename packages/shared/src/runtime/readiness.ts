/** By the name of each dependency, why it cannot be used right now, in words for people, or undefined if it can. */
export type Readiness = () => Readonly<Record<string, string | undefined>>;

export function isReady(readiness: Readiness): boolean {
  return Object.values(readiness()).every((why) => why === undefined);
}

/** The answer of GET /health/ready. */
export function readinessAnswer(readiness: Readiness): { readonly status: 200 | 503; readonly body: object } {
  const entries = Object.entries(readiness());
  const reasons = Object.fromEntries(entries.filter(([, why]) => why !== undefined));
  const ready = Object.keys(reasons).length === 0;
  return {
    status: ready ? 200 : 503,
    body: {
      status: ready ? 'ok' : 'unavailable',
      dependencies: Object.fromEntries(entries.map(([name, why]) => [name, why === undefined])),
      ...(ready ? {} : { reasons }),
    },
  };
}
