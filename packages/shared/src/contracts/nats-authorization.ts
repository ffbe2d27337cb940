import type { Permissions } from './permissions.ts';

export interface Identity {
  /** For those who read the file. */
  readonly comment: string;
  /** Public key of a user, `U…`. */
  readonly nkey: string;
  readonly permissions: Permissions;
}

/**
 * The `authorization` block of a NATS server's configuration. A client without one of these keys is refused: there is no
 * user without a key, and no `no_auth_user`.
 */
export function natsAuthorization(identities: readonly Identity[]): string {
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
  return `authorization {\n  users: [\n${users.join('\n')}\n  ]\n}\n`;
}

function list(subjects: readonly string[]): string {
  return `[\n${subjects.map((subject) => `          ${quoted(subject)}`).join('\n')}\n        ]`;
}

const quoted = (text: string) => JSON.stringify(text);
