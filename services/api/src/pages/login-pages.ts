import type { Grant } from '@holdfast/shared/contracts/api-key.ts';
import { faultNote, formField } from './form-field.ts';
import { formatTime } from './format-time.ts';
import { grantsInWords } from './grants-in-words.ts';
import { type Html, html } from './html.ts';
import { type PageAddress, pageFrame, pathInLanguage } from './page-frame.ts';
import { firstLinkCommand } from './password-pages.ts';
import { sayIn } from './texts.ts';

export interface LoginForm {
  readonly login?: string | undefined;
  readonly faults?: Readonly<Partial<Record<'login' | 'password', string>>>;
  readonly note?: readonly [title: string, detail: string] | undefined;
  /** Where to go afterwards. */
  readonly to: string | undefined;
  readonly company: { readonly name: string; readonly path: string } | undefined;
  readonly hasUsers: boolean;
  readonly wasLoggedOut?: boolean;
}

export function loginPage(address: PageAddress, form: LoginForm): Html {
  const say = sayIn(address.language);
  const { login, faults = {}, note, to, company } = form;
  const focus = faults.password !== undefined || (note && login) ? 'password' : 'login';
  return pageFrame(
    address,
    say('enter_title'),
    html`${to?.startsWith('approve') === true && html`<p class="lead">${say('enter_to_approve')}</p>`}
${form.wasLoggedOut === true && html`<p class="lead" role="status">${say('enter_logged_out')}</p>`}
${note && faultNote(...note)}
${!form.hasUsers && !note && html`<div class="note"><div>${say('enter_no_users')}<code class="command">${firstLinkCommand}</code></div></div>`}
${company && html`<a class="key" href="${company.path}">${say('enter_company', { name: company.name })}</a><p class="or">${say('enter_or')}</p>`}
<form method="post" action="${pathInLanguage(address, address.language)}">
${to !== undefined && html`<input type="hidden" name="to" value="${to}">`}
${formField({ name: 'login', label: say('login'), autocomplete: 'username', value: login, fault: faults.login, hasFocus: focus === 'login', maxLength: 64 })}
${formField({ name: 'password', label: say('password'), type: 'password', autocomplete: 'current-password', fault: faults.password, hasFocus: focus === 'password', maxLength: 256 })}
<button class="key${company && ' second'}">${say('enter_send')}</button>
</form>`,
    html`<p>${say('enter_forgotten')}</p>`,
  );
}

export interface LoggedIn {
  readonly name: string;
  readonly login: string;
  readonly grants: readonly Grant[];
  readonly expiresAt: string;
  readonly idleMinutes: number | null;
}

/** The page for a person who is logged in already, or has just logged in without being on the way anywhere. */
export function loggedInPage(address: PageAddress, person: LoggedIn): Html {
  const { language } = address;
  const say = sayIn(language);
  return pageFrame(
    address,
    person.name,
    html`<dl class="facts">
<div><dt>${say('inside_login')}</dt><dd>${person.login}</dd></div>
<div><dt>${say('inside_may')}</dt><dd>${grantsInWords(person.grants, language)}</dd></div>
<div><dt>${say('inside_until')}</dt><dd>${formatTime(person.expiresAt)}${person.idleMinutes !== null && html`<small>${say('inside_until_unused', { minutes: person.idleMinutes })}</small>`}</dd></div>
</dl>
<a class="key" href="./">${say('inside_console')}</a>
<form class="close" method="post" action="${pathInLanguage({ path: 'logout' }, language)}">
<button class="key second">${say('inside_leave')}</button>
</form>`,
    html`<p><a href="docs/">${say('inside_calls')}</a></p>`,
  );
}
