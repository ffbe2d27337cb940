import { ApiClient } from '@holdfast/api-client/api-client.ts';
import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';

/** Where the console lies: the page's <base>, which knows what a proxy has put before it. */
export const consoleRoot = new URL(document.baseURI);

/** The API is the console's neighbour on the same host. */
export const apiRoot = new URL('../', consoleRoot);

const nobody = new Set(['login_needed', 'login_over']);

export const api = new ApiClient({
  url: apiRoot.href,
  answerMs: 30_000,
  // The language that the console speaks, which may be another than the browser's.
  language: () => document.documentElement.lang,
  // Whoever is not logged in, or not any more, is led to where that is done, and back.
  asOwnError: (failure) => {
    if (failure instanceof ApiRefusal && nobody.has(failure.code)) location.assign(loginAddress());
    return failure;
  },
});

/** Where one logs in, and comes back from to what is shown now. */
export function loginAddress(): string {
  const to = location.pathname + location.search;
  return new URL(`login?${new URLSearchParams({ to })}`, apiRoot).href;
}
