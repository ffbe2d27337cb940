import { languages } from '@holdfast/shared/contracts/user.ts';

export type Language = (typeof languages)[number];

/**
 * The language of an answer: the one chosen on its page, else the first of those that the browser prefers, else English.
 * @param accepted the header Accept-Language
 */
export function negotiateLanguage(pageLanguage: string | undefined, accepted: string | undefined): Language {
  const ownChoice = languages.find((each) => each === pageLanguage);
  if (ownChoice) return ownChoice;
  const preferences = (accepted ?? '')
    .split(',')
    .map((each) => {
      const [tag = '', ...parameters] = each.trim().toLowerCase().split(';');
      const quality = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find(Boolean);
      return { language: tag.split('-', 1)[0] ?? '', quality: Number(quality ?? 1) };
    })
    .filter(({ quality }) => quality > 0)
    // Among languages of the same weight the first counts: sorting leaves their order.
    .sort((one, other) => other.quality - one.quality);
  for (const { language } of preferences) {
    const supported = languages.find((each) => each === language);
    if (supported) return supported;
  }
  return 'en';
}

/** The language that a program or the console asks for. */
export function languageOf({
  headers,
}: {
  readonly headers: { readonly 'accept-language'?: string | undefined };
}): Language {
  return negotiateLanguage(undefined, headers['accept-language']);
}
