/** A text as the audit log is searched for it: in whatever case, and of characters that PostgreSQL takes. */
export function folded(text: string): string {
  return text.toLowerCase().toWellFormed().replaceAll('\0', '\ufffd');
}
