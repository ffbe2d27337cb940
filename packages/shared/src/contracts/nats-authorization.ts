import type { Permissions } from './permissions.ts';

export interface Identity {
  /** For those who read the file. */
  readonly comment: string;
  /** Public key of a user, `U…`. */
  readonly nkey: string;
  readonly permissions: Permissions;
}

/**
 * The `authorization` block of a NATS server's configuration. Whoever has none of these keys is refused: there is no
 * user without a key, and no `no_auth_user`.
 * @param former a user with a password that may do everything, as installations had one before there were keys
 */
export function natsAuthorization(
  identities: readonly Identity[],
  former?: { readonly user: string; readonly password: string },
): string {
  const users = identities.map(
    ({ comment, nkey, permissions: { publish, subscribe, mayRespond } }) => `    # ${comment}
    {
      nkey: ${nkey}
      permissions {
        publish { allow: ${list(publish.allow)}${publish.deny ? `, deny: ${list(publish.deny)}` : ''} }
        subscribe { allow: ${list(subscribe.allow)} }${mayRespond ? '\n        allow_responses { max: 1, expires: "5m" }' : ''}
      }
    }`,
  );
  const old = former
    ? [
        `    # Of before there were keys; see docs/nats.md for taking it away.\n    { user: ${quoted(former.user)}, password: ${quoted(former.password)} }`,
      ]
    : [];
  return `authorization {\n  users: [\n${[...users, ...old].join('\n')}\n  ]\n}\n`;
}

function list(subjects: readonly string[]): string {
  return `[\n${subjects.map((subject) => `          ${quoted(subject)}`).join('\n')}\n        ]`;
}

const quoted = (text: string) => JSON.stringify(text);
