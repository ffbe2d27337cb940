/** A text as the audit log is searched for it: in lower case, with only characters that PostgreSQL takes. */
export function folded(text: string): string {
  return text.toLowerCase().toWellFormed().replaceAll('\0', '\ufffd');
}
