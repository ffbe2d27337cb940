import { unbrokenText } from '@holdfast/shared/runtime/unbroken.ts';

/**
 * Makes foreign text safe for a line on a terminal: an error text of a device, or of any server at the address, must not
 * move the cursor or set the title of the window.
 */
export function plainText(text: string): string {
  return unbrokenText(text.replaceAll('\t', ' ')).trim();
}
