import { AsyncLocalStorage } from 'node:async_hooks';
import { inLanguage, type Words } from '@holdfast/texts/text.ts';
import type { FastifyInstance } from 'fastify';
import { type Language, languageOf } from './negotiate-language.ts';

const languageOfRequest = new AsyncLocalStorage<Language>();

/** Makes `localize` answer every request in that request's own language. */
export function answerInItsLanguage(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => languageOfRequest.run(languageOf(request), done));
}

/**
 * The language of the request that is being answered; English outside of one. It goes with the request by itself,
 * because words are made deep within views that otherwise need not know who asks. What is kept for several requests is
 * kept by language.
 */
export const spokenLanguage = (): Language => languageOfRequest.getStore() ?? 'en';

export const answering = <T>(language: Language, make: () => T): T => languageOfRequest.run(language, make);

/** Makes a text for many at once in English, whoever asked first. */
export const inEnglish = <T>(make: () => T): T => answering('en', make);

/** A text for people, in the language of the request that is being answered. */
export const localize = (words: Words): string => inLanguage(words, spokenLanguage());
