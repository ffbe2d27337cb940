/**
 * Calls of this API take a key only in the header Authorization. A secret that is sent in another place is
 * refused, and must not get into the log or the audit log anyway.
 */

export const redacted = '[redacted]';
/** A key of this API, or so much of its secret that it is no coincidence; the id is enough to find the key. */
const keyText = /(hf_[0-9a-f]{8})_[A-Za-z0-9_-]{8,}/gi;
const loginText = /(hf[flp])_[A-Za-z0-9_-]{8,}/g;
/** The code that lets a command line in, in an address or in one that an address carries. */
const codeText = /(\/login\/command-line\/)(?!poll\b)[^/?&\s]+/gi;
const approvalText =
  /(approve\/?(?:\?|%(?:25)*3F)(?:lang(?:=|%(?:25)*3D)\w{0,8}(?:&|%(?:25)*26))?code(?:=|%(?:25)*3D))(?:(?!%(?:25)*26)[^&\s"'])+/gi;
const bearerText = /(bearer)(?: |%20|\+)+[^\s&]{16,}/gi;
const secretName =
  /^(key|pass|auth)$|pass(word|wd|phrase)|pwd|secret|token|authori[sz]ation|credential|cookie|(api|access|private)[ _-]?key/i;
/** Looked for first: hardly any text has any of it, and looking costs a tenth of what replacing does. */
const maybeKey = /hf[flp]?_|bearer|command-line|approve/i;
const maybeSecret = new RegExp(`${maybeKey.source}|\\b(key|pass|auth)\\b|${secretName.source}`, 'i');

export function textWithoutKeys(text: string): string {
  if (!maybeKey.test(text)) return text;
  return text
    .replace(keyText, `$1_${redacted}`)
    .replace(loginText, `$1_${redacted}`)
    .replace(codeText, `$1${redacted}`)
    .replace(approvalText, `$1${redacted}`)
    .replace(bearerText, `$1 ${redacted}`);
}

/** The way back from a company's sign-on, whose code and state are as good as a password for a while. */
const wayBack = /^(\/api\/login\/company\/callback\/?)\?.*$/s;

/** A path with its query. */
export function urlWithoutSecrets(url: string): string {
  if (wayBack.test(url)) return url.replace(wayBack, `$1?${redacted}`);
  if (!maybeSecret.test(url)) return url;
  // A name ends before the next question mark; otherwise each mark in a row of them would be followed to the end.
  return textWithoutKeys(url).replace(/([?&])([^?=&]*)=[^&]*/g, (whole, before: string, name: string) =>
    secretName.test(name) ? `${before}${name}=${redacted}` : whole,
  );
}

/** A value that was JSON. @param text the same value as JSON */
export function valueWithoutSecrets(value: unknown, text: string): unknown {
  return maybeSecret.test(text) ? cleared(JSON.parse(text)) : value;
}

function cleared(value: unknown): unknown {
  if (typeof value === 'string') return textWithoutKeys(value);
  if (Array.isArray(value)) return value.map(cleared);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      textWithoutKeys(name),
      secretName.test(name) ? redacted : cleared(inner),
    ]),
  );
}
