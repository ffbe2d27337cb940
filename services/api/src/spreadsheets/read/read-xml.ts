import { spreadsheetsText } from '../texts.ts';
import { ListFileRefused } from './list-file.ts';

export interface XmlHandler {
  /** Names come without their prefix, which some programs write into workbooks and others do not. */
  open(name: string, attribute: (name: string) => string | undefined): void;
  close?(name: string): void;
  /** A part of a text: a long one comes in several. */
  text?(text: string): void;
}

/** Length of a tag or comment, far beyond what spreadsheets write. */
const longestMarkup = 65_536;
const deepestTag = 100;
/** Longer than any reference such as `&#x10FFFF;`. */
const longestReference = 12;

/**
 * Reads a part of a workbook as its bytes are unpacked, so that it is never in memory as a whole. Libraries that can do
 * so accept document types, whose entities let a text grow during reading: here these are refused.
 * @throws ListFileRefused, and what the handler throws
 */
export async function readXml(chunks: AsyncIterable<Uint8Array>, handler: XmlHandler): Promise<void> {
  const decoder = new TextDecoder();
  const open: string[] = [];
  let rest = '';
  const read = (more: string) => {
    const xml = rest + more;
    let at = 0;
    while (at < xml.length) {
      const end = xml[at] === '<' ? endOfMarkup(xml, at) : endOfText(xml, at);
      if (end < 0) break;
      if (xml[at] === '<') readMarkup(xml.slice(at, end), open, handler);
      else handler.text?.(plainText(xml.slice(at, end)));
      at = end;
    }
    rest = xml.slice(at);
    if (rest.length > longestMarkup) throw notXml();
  };
  for await (const chunk of chunks) read(decoder.decode(chunk, { stream: true }));
  read(decoder.decode());
  if (rest !== '' || open.length > 0) throw notXml();
}

/** The end of a text, or of the part that is there; negative while a reference at its end is unfinished. */
function endOfText(xml: string, at: number): number {
  const end = xml.indexOf('<', at);
  if (end >= 0) return end;
  const reference = xml.lastIndexOf('&');
  const isUnfinished =
    reference >= Math.max(at, xml.length - longestReference) && !xml.includes(';', reference);
  if (!isUnfinished) return xml.length;
  return reference === at ? -1 : reference;
}

/** The end of a tag, comment, section or instruction; negative while it is unfinished. */
function endOfMarkup(xml: string, at: number): number {
  if (xml.startsWith('<?', at)) return behind(xml, '?>', at + 2);
  if (xml.startsWith('<!', at)) {
    if (xml.startsWith('<!--', at)) return behind(xml, '-->', at + 4);
    if (xml.startsWith(sectionBegin, at)) return behind(xml, ']]>', at + sectionBegin.length);
    if (xml.length - at < sectionBegin.length) return -1;
    throw notXml();
  }
  for (let end = at + 1; end < xml.length; end += 1) {
    const character = xml[end];
    if (character === '>') return end + 1;
    if (character === '<') throw notXml();
    if (character === '"' || character === "'") {
      end = xml.indexOf(character, end + 1);
      if (end < 0) return -1;
    }
  }
  return -1;
}

const sectionBegin = '<![CDATA[';

function behind(xml: string, mark: string, from: number): number {
  const at = xml.indexOf(mark, from);
  return at < 0 ? -1 : at + mark.length;
}

function readMarkup(markup: string, open: string[], handler: XmlHandler): void {
  if (markup.startsWith('<?') || markup.startsWith('<!--')) return;
  if (markup.startsWith('<!')) {
    handler.text?.(markup.slice(sectionBegin.length, -3));
    return;
  }
  if (markup.startsWith('</')) {
    const name = markup.slice(2, -1).trimEnd();
    if (open.pop() !== name) throw notXml();
    handler.close?.(localName(name));
    return;
  }
  const isEmpty = markup.endsWith('/>');
  const inside = markup.slice(1, isEmpty ? -2 : -1);
  const nameEnd = inside.search(/\s/);
  const name = nameEnd < 0 ? inside : inside.slice(0, nameEnd);
  let attributes: ReadonlyMap<string, string> | undefined;
  handler.open(localName(name), (attribute) => {
    attributes ??= attributesOf(nameEnd < 0 ? '' : inside.slice(nameEnd));
    const value = attributes.get(attribute);
    return value === undefined ? undefined : plainText(value);
  });
  if (isEmpty) {
    handler.close?.(localName(name));
    return;
  }
  open.push(name);
  if (open.length > deepestTag) throw notXml();
}

/** Attributes by their local names, of which one without a prefix takes precedence. */
function attributesOf(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  let at = 0;
  for (;;) {
    const equals = text.indexOf('=', at);
    if (equals < 0) return attributes;
    const name = text.slice(at, equals).trim();
    const begin = text.slice(equals + 1).search(/\S/) + equals + 1;
    const quote = text[begin];
    const end = quote === '"' || quote === "'" ? text.indexOf(quote, begin + 1) : -1;
    if (end < 0) throw notXml();
    const local = localName(name);
    if (local === name || !attributes.has(local)) attributes.set(local, text.slice(begin + 1, end));
    at = end + 1;
  }
}

function localName(name: string): string {
  const at = name.indexOf(':');
  return at < 0 ? name : name.slice(at + 1);
}

const characterOf: Readonly<Record<string, string>> = { amp: '&', apos: "'", gt: '>', lt: '<', quot: '"' };

/** Decodes references in a text. */
function plainText(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w+));/gi, (whole, decimal, hex, name) => {
    if (name) return characterOf[name] ?? whole;
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
  });
}

/**
 * Decodes a text of a workbook, where `_x000D_` stands for a character that XML lacks, and replaces what no database
 * stores. The text is a copy, since a slice would keep all that was unpacked with it in memory.
 */
export function workbookText(text: string): string {
  const whole = text.includes('_x')
    ? text.replace(/_x([0-9A-F]{4})_/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;
  return ` ${whole.toWellFormed().replaceAll('\u0000', '\ufffd')}`.slice(1);
}

function notXml(): ListFileRefused {
  return new ListFileRefused(spreadsheetsText('a_part_of_the_workbook_cannot'));
}
