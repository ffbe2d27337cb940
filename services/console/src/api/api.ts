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
    if (failure instanceof ApiRefusal && nobody.has(failure.code)) void leaveUnlessRenewed();
    return failure;
  },
});

let asking: Promise<void> | undefined;

/**
 * Whoever shows once more who they are has another token from then on: what was on its way under the former one is refused, and
 * nobody need leave for that, least of all the dialog that asked for it.
 */
function leaveUnlessRenewed(): Promise<void> {
  const ask = async () => {
    const { status } = await fetch(new URL('api/me/', apiRoot));
    if (status === 401) location.assign(loginAddress());
  };
  asking ??= ask()
    // An API that does not answer is told of elsewhere.
    .catch(() => undefined)
    .finally(() => {
      asking = undefined;
    });
  return asking;
}

/** Where one logs in, and comes back from to what is shown now. */
export function loginAddress(): string {
  return new URL(`login?${new URLSearchParams({ to: shownNow() })}`, apiRoot).href;
}

/** Address of the screen below the API's root: the login knows nothing of what a proxy has put before that. */
export function shownNow(): string {
  return (location.pathname + location.search).slice(apiRoot.pathname.length);
}
