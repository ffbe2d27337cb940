/** Types for the used part of saxen, which comes without any. */
declare module 'saxen' {
  type Decode = (text: string) => string;
  type Attributes = Readonly<Record<string, string>>;

  export class Parser {
    on(
      event: 'openTag',
      hear: (name: string, attributes: () => Attributes | true, decode: Decode, isClosed: boolean) => void,
    ): this;
    on(event: 'closeTag', hear: (name: string, decode: Decode, isClosed: boolean) => void): this;
    on(event: 'text', hear: (text: string, decode: Decode) => void): this;
    on(event: 'cdata', hear: (text: string) => void): this;
    on(event: 'error' | 'warn', hear: (error: Error) => void): this;
    parse(xml: string): void;
  }
}
