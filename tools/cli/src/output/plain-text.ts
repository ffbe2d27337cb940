import { unbrokenText } from '@holdfast/shared/runtime/unbroken.ts';

/**
 * Makes text from elsewhere fit for a line on a terminal: an error text of a device, or of whoever answers at the
 * address, must not move the cursor or set the title of the window.
 */
export function plainText(text: string): string {
  return unbrokenText(text.replaceAll('\t', ' ')).trim();
}
