import { inLanguage, quoted, type Text } from './text.ts';

/** True while `withTexts` runs: the messages of a schema are then texts as JSON. */
let isCoded = false;

/**
 * The message of an issue of a schema. Zod accepts only strings: outside of `withTexts` it is English, for errors that are
 * shown as they are, such as the refusal of a setting; within `withTexts` it is the text as JSON.
 */
export const schemaMessage = (text: Text): string =>
  isCoded ? JSON.stringify(text) : inLanguage(text, 'en');

/** The same for a check of a schema: `.regex(pattern, asError(text))`. */
export const asError = (text: Text): { readonly error: () => string } => ({
  error: () => schemaMessage(text),
});

/** Runs a schema so that `textOfMessage` gives the texts of its messages. */
export function withTexts<T>(parse: () => T): T {
  const wasCoded = isCoded;
  isCoded = true;
  try {
    return parse();
  } finally {
    isCoded = wasCoded;
  }
}

/** The text of a message that a schema gave within `withTexts`; a quotation of what is none. */
export function textOfMessage(message: string): Text {
  // By its text: zod has no other place for a code.
  return message.startsWith('{"code":') ? (JSON.parse(message) as Text) : quoted(message);
}
