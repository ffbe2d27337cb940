import { ApiClient } from '@holdfast/api-client/api-client.ts';

/** Where the console lies: the page's <base>, which knows what a proxy has put before it. */
export const consoleRoot = new URL(document.baseURI);

/** The API is the console's neighbour on the same host. */
export const apiRoot = new URL('../', consoleRoot);

export const api = new ApiClient({ url: apiRoot.href, answerMs: 30_000 });
