import { faultNote, formField } from './form-field.ts';
import { type Html, html } from './html.ts';
import { inLanguage, type PageAddress, pageFrame } from './page-frame.ts';
import { words } from './words.ts';

export const firstLinkCommand = 'holdfast users first-link';

type Note = readonly [title: string, detail: string] | undefined;

export interface FirstAdministratorForm {
  readonly token: string;
  readonly login?: string | undefined;
  readonly name?: string | undefined;
  readonly faults?: Readonly<Partial<Record<'login' | 'name' | 'password' | 'repeat', string>>>;
  readonly note?: Note;
}

/** The page behind the one-time link for the first administrator. */
export function firstAdministratorPage(address: PageAddress, form: FirstAdministratorForm): Html {
  const word = words[address.language];
  const { token, login, name, faults = {}, note } = form;
  const firstFault =
    (['login', 'name', 'password', 'repeat'] as const).find((each) => faults[each]) ?? 'login';
  return pageFrame(
    address,
    word.first.title,
    html`<p class="lead">${word.first.lead}</p>
${note && faultNote(...note)}
<form method="post" action="${inLanguage(address, address.language)}">
<input type="hidden" name="token" value="${token}">
${formField({ name: 'login', label: word.login, hint: word.loginHint, autocomplete: 'username', value: login, fault: faults.login, hasFocus: firstFault === 'login', maxLength: 64 })}
${formField({ name: 'name', label: word.name, hint: word.nameHint, autocomplete: 'name', value: name, fault: faults.name, hasFocus: firstFault === 'name', maxLength: 100 })}
${newPasswordFields(address, faults, firstFault)}
<button class="key">${word.first.send}</button>
</form>`,
    html`<p>${word.first.foot}</p>`,
  );
}

export interface NewPasswordForm {
  readonly link: string;
  readonly user: { readonly login: string; readonly name: string };
  readonly faults?: Readonly<Partial<Record<'password' | 'repeat', string>>>;
  readonly note?: Note;
}

/** The page behind the one-time link with which a person chooses a password. */
export function newPasswordPage(
  address: PageAddress,
  { link, user, faults = {}, note }: NewPasswordForm,
): Html {
  const word = words[address.language];
  const firstFault = faults.password === undefined && faults.repeat !== undefined ? 'repeat' : 'password';
  return pageFrame(
    address,
    word.renew.title,
    html`<p class="lead">${word.renew.lead(`${user.name} (${user.login})`)}</p>
${note && faultNote(...note)}
<form method="post" action="${inLanguage(address, address.language)}">
<input type="hidden" name="link" value="${link}">
<input type="text" name="login" value="${user.login}" autocomplete="username" hidden>
${newPasswordFields(address, faults, firstFault)}
<button class="key">${word.renew.send}</button>
</form>`,
    html`<p>${word.renew.foot}</p>`,
  );
}

/** The page behind a link that opens nothing any more. */
export function linkOverPage(address: PageAddress, kind: 'first' | 'renew', note?: Note): Html {
  const word = words[address.language];
  const { title, overTitle, overLead } = word[kind];
  return pageFrame(
    address,
    note ? title : overTitle,
    html`${note ? faultNote(...note) : html`<p class="lead">${overLead}</p>`}
<a class="key" href="${inLanguage({ path: 'login' }, address.language)}">${word.enter.send}</a>`,
    kind === 'first'
      ? html`<p>${word.first.overMore}</p><code class="command">${firstLinkCommand}</code>`
      : undefined,
  );
}

function newPasswordFields(
  { language }: PageAddress,
  faults: Readonly<Partial<Record<'password' | 'repeat', string>>>,
  firstFault: string,
): Html {
  const word = words[language];
  return html`${formField({ name: 'password', label: word.newPassword, hint: word.passwordHint, type: 'password', autocomplete: 'new-password', fault: faults.password, hasFocus: firstFault === 'password', minLength: 12, maxLength: 256 })}
${formField({ name: 'password_repeat', label: word.repeat, type: 'password', autocomplete: 'new-password', fault: faults.repeat, hasFocus: firstFault === 'repeat', maxLength: 256 })}`;
}
