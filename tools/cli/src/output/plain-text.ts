/**
 * Makes text from elsewhere fit for a line on a terminal: an error text of a device, or of whoever answers at the
 * address, must not move the cursor or set the title of the window.
 */
export function plainText(text: string): string {
  return text
    .replace(/[\r\n\t]+/g, ' ')
    .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
    .trim();
}
