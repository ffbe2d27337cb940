import { AsyncLocalStorage } from 'node:async_hooks';
import type { InBoth } from '@holdfast/driver/form-words.ts';
import type { FastifyInstance } from 'fastify';
import { type Language, languageOf } from './wanted-language.ts';

const asked = new AsyncLocalStorage<Language>();

/** Has every request answered in its own language, by `said`. */
export function answerInItsLanguage(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => asked.run(languageOf(request), done));
}

/**
 * The language of the request that is being answered; English outside of one. It goes with the request by itself: words are made deep
 * within views, which have nothing else to do with who asks. What is kept for several requests is kept by language.
 */
export const spokenLanguage = (): Language => asked.getStore() ?? 'en';

export const inLanguage = <T>(language: Language, make: () => T): T => asked.run(language, make);

/** Makes what is told to many at once, whoever asked first. */
export const inEnglish = <T>(make: () => T): T => inLanguage('en', make);

/** A text for people, in the language of the request that is being answered. */
export function said(en: string, zh: string): string {
  return spokenLanguage() === 'zh' ? zh : en;
}

export const saidOf = ({ en, zh }: InBoth): string => said(en, zh);
