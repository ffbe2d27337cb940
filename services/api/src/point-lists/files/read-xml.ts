import { both } from '@holdfast/driver/form-words.ts';
import { Parser } from 'saxen';
import { ListFileRefused } from './list-file.ts';

export interface XmlHandler {
  /** Names come without their prefix, which some programs write into workbooks and others do not. */
  open(name: string, attribute: (name: string) => string | undefined): void;
  close?(name: string): void;
  text?(text: string): void;
}

/**
 * Reads a part of a workbook with saxen, which knows no document types and so no entities defined by the file: nothing
 * can grow during reading.
 * @throws ListFileRefused, and what the handler throws
 */
export function readXml(xml: string, handler: XmlHandler): void {
  if (/<!DOCTYPE/i.test(xml.slice(0, 4_096))) throw notXml();
  const parser = new Parser();
  parser.on('error', (error) => {
    throw error instanceof ListFileRefused ? error : notXml(error);
  });
  parser.on('openTag', (name, attributes) => {
    handler.open(localName(name), (wanted) => {
      const given = attributes();
      if (given === true) return undefined;
      const prefixed = Object.keys(given).find((each) => each.endsWith(`:${wanted}`));
      const value = given[wanted] ?? (prefixed === undefined ? undefined : given[prefixed]);
      return value === undefined ? undefined : plainText(value);
    });
  });
  parser.on('closeTag', (name) => handler.close?.(localName(name)));
  parser.on('text', (text) => handler.text?.(plainText(text)));
  parser.on('cdata', (text) => handler.text?.(text));
  parser.parse(xml);
}

function localName(name: string): string {
  const at = name.indexOf(':');
  return at < 0 ? name : name.slice(at + 1);
}

const named: Readonly<Record<string, string>> = { amp: '&', apos: "'", gt: '>', lt: '<', quot: '"' };

/** Decodes references in a text. This is not left to saxen, which gets characters beyond 16 bits wrong. */
function plainText(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w+));/gi, (whole, decimal, hex, name) => {
    if (name) return named[name] ?? whole;
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
  });
}

function notXml(cause?: unknown): ListFileRefused {
  return new ListFileRefused(
    both(
      'A part of the workbook cannot be read. Open it in a spreadsheet and save it again as XLSX.',
      '工作簿的一部分无法读取。请用电子表格打开后重新另存为 XLSX。',
    ),
    { cause },
  );
}
