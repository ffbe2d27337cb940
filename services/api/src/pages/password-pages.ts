import { faultNote, formField } from './form-field.ts';
import { type Html, html } from './html.ts';
import { type PageAddress, pageFrame, pathInLanguage } from './page-frame.ts';
import { sayIn } from './texts.ts';

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
  const say = sayIn(address.language);
  const { token, login, name, faults = {}, note } = form;
  const firstFault =
    (['login', 'name', 'password', 'repeat'] as const).find((each) => faults[each]) ?? 'login';
  return pageFrame(
    address,
    say('first_title'),
    html`<p class="lead">${say('first_lead')}</p>
${note && faultNote(...note)}
<form method="post" action="${pathInLanguage(address, address.language)}">
<input type="hidden" name="token" value="${token}">
${formField({ name: 'login', label: say('login'), hint: say('login_hint'), autocomplete: 'username', value: login, fault: faults.login, hasFocus: firstFault === 'login', maxLength: 64 })}
${formField({ name: 'name', label: say('name'), hint: say('name_hint'), autocomplete: 'name', value: name, fault: faults.name, hasFocus: firstFault === 'name', maxLength: 100 })}
${newPasswordFields(address, faults, firstFault)}
<button class="key">${say('first_send')}</button>
</form>`,
    html`<p>${say('first_foot')}</p>`,
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
  const say = sayIn(address.language);
  const firstFault = faults.password === undefined && faults.repeat !== undefined ? 'repeat' : 'password';
  return pageFrame(
    address,
    say('renew_title'),
    html`<p class="lead">${say('renew_lead', { name: `${user.name} (${user.login})` })}</p>
${note && faultNote(...note)}
<form method="post" action="${pathInLanguage(address, address.language)}">
<input type="hidden" name="link" value="${link}">
<input type="text" name="login" value="${user.login}" autocomplete="username" hidden>
${newPasswordFields(address, faults, firstFault)}
<button class="key">${say('renew_send')}</button>
</form>`,
    html`<p>${say('renew_foot')}</p>`,
  );
}

/** The page behind a link that opens nothing any more. */
export function linkOverPage(address: PageAddress, kind: 'first' | 'renew', note?: Note): Html {
  const say = sayIn(address.language);
  return pageFrame(
    address,
    say(note ? `${kind}_title` : `${kind}_over_title`),
    html`${note ? faultNote(...note) : html`<p class="lead">${say(`${kind}_over_lead`)}</p>`}
<a class="key" href="${pathInLanguage({ path: 'login' }, address.language)}">${say('enter_send')}</a>`,
    kind === 'first'
      ? html`<p>${say('first_over_more')}</p><code class="command">${firstLinkCommand}</code>`
      : undefined,
  );
}

function newPasswordFields(
  { language }: PageAddress,
  faults: Readonly<Partial<Record<'password' | 'repeat', string>>>,
  firstFault: string,
): Html {
  const say = sayIn(language);
  return html`${formField({ name: 'password', label: say('new_password'), hint: say('password_hint'), type: 'password', autocomplete: 'new-password', fault: faults.password, hasFocus: firstFault === 'password', minLength: 12, maxLength: 256 })}
${formField({ name: 'password_repeat', label: say('repeat'), type: 'password', autocomplete: 'new-password', fault: faults.repeat, hasFocus: firstFault === 'repeat', maxLength: 256 })}`;
}
