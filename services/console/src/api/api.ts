import { ApiClient } from '@holdfast/api-client/api-client.ts';
import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';

/** The console's address: the page's <base>, which includes any prefix of a proxy. */
export const consoleRoot = new URL(document.baseURI);

/** The API is the console's neighbour on the same host. */
export const apiRoot = new URL('../', consoleRoot);

const loginProblems = new Set(['login_needed', 'login_over', 'key_needed']);

export const api = new ApiClient({
  url: apiRoot.href,
  answerMs: 30_000,
  // The console's language, which may differ from the browser's.
  language: () => document.documentElement.lang,
  // A user who is not logged in, or no longer, is sent to the login, and comes back from there.
  asOwnError: (failure) => {
    if (failure instanceof ApiRefusal && loginProblems.has(failure.code)) void leaveUnlessRenewed();
    return failure;
  },
});

let loginCheck: Promise<void> | undefined;
let holds = 0;
let isLeaveHeld = false;

/**
 * Keeps the page from leaving for the login, which would lose what is shown only once.
 * @returns what ends that; the page then leaves if it would have before
 */
export function holdPage(): () => void {
  holds += 1;
  return () => {
    holds -= 1;
    if (holds > 0 || !isLeaveHeld) return;
    isLeaveHeld = false;
    void leaveUnlessRenewed();
  };
}

/**
 * Leaves for the login page, unless the user is logged in after all. A fresh login replaces the token, so requests that were
 * on their way under the former one are refused; the page must not leave for that, least of all the dialog that asked for it.
 */
function leaveUnlessRenewed(): Promise<void> {
  const ask = async () => {
    const { status } = await fetch(new URL('api/me/', apiRoot));
    if (status !== 401) return;
    if (holds > 0) isLeaveHeld = true;
    else location.assign(loginAddress());
  };
  loginCheck ??= ask()
    // An API that does not answer is reported elsewhere.
    .catch(() => undefined)
    .finally(() => {
      loginCheck = undefined;
    });
  return loginCheck;
}

/** Address of the login, which leads back to the present screen. */
export function loginAddress(): string {
  return new URL(`login?${new URLSearchParams({ to: currentScreen() })}`, apiRoot).href;
}

/** Address of the present screen below the API's root: the login does not know the prefix of a proxy. */
export function currentScreen(): string {
  return (location.pathname + location.search).slice(apiRoot.pathname.length);
}
