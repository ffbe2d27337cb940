/**
 * Characters that JSON leaves as they are and that break a line for many who show or split logs (U+0085, U+2028,
 * U+2029), move the cursor of a terminal (U+0080 to U+009F), or reverse the order of what follows.
 */
const treacherous = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
const eachTreacherous = new RegExp(treacherous, 'g');

/** JSON text with those characters written as JSON escapes. It says the same, in one line and in its order. */
export function unbrokenJson(json: string): string {
  return treacherous.test(json)
    ? json.replace(eachTreacherous, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : json;
}

/** A text for people on one line, with a mark in place of such characters and of control characters. */
export function unbrokenText(text: string): string {
  return text
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .replace(/\p{Cc}/gu, '\ufffd')
    .replace(eachTreacherous, '\ufffd');
}
