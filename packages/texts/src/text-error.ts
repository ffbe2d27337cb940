import { inLanguage, type Text } from './text.ts';

/** An error whose reason people are shown. Its message is the text in English, for logs. */
export class TextError extends Error {
  readonly text: Text;

  constructor(text: Text, options?: ErrorOptions) {
    super(inLanguage(text, 'en'), options);
    this.text = text;
  }
}
