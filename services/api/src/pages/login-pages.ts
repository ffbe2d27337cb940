import type { Grant } from '@holdfast/shared/contracts/api-key.ts';
import { faultNote, formField } from './form-field.ts';
import { grantsInWords } from './grants-in-words.ts';
import { type Html, html } from './html.ts';
import { inLanguage, type PageAddress, pageFrame } from './page-frame.ts';
import { firstLinkCommand } from './password-pages.ts';
import { shownTime } from './shown-time.ts';
import { words } from './words.ts';

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
  const word = words[address.language];
  const { login, faults = {}, note, to, company } = form;
  const focus = faults.password !== undefined || (note && login) ? 'password' : 'login';
  return pageFrame(
    address,
    word.enter.title,
    html`${to?.startsWith('approve') === true && html`<p class="lead">${word.enter.toApprove}</p>`}
${form.wasLoggedOut === true && html`<p class="lead" role="status">${word.enter.loggedOut}</p>`}
${note && faultNote(...note)}
${!form.hasUsers && !note && html`<div class="note"><div>${word.enter.noUsers}<code class="command">${firstLinkCommand}</code></div></div>`}
${company && html`<a class="key" href="${company.path}">${word.enter.company(company.name)}</a><p class="or">${word.enter.or}</p>`}
<form method="post" action="${inLanguage(address, address.language)}">
${to !== undefined && html`<input type="hidden" name="to" value="${to}">`}
${formField({ name: 'login', label: word.login, autocomplete: 'username', value: login, fault: faults.login, hasFocus: focus === 'login', maxLength: 64 })}
${formField({ name: 'password', label: word.password, type: 'password', autocomplete: 'current-password', fault: faults.password, hasFocus: focus === 'password', maxLength: 256 })}
<button class="key${company && ' second'}">${word.enter.send}</button>
</form>`,
    html`<p>${word.enter.forgotten}</p>`,
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
  const word = words[language];
  return pageFrame(
    address,
    word.inside.title(person.name),
    html`<dl class="facts">
<div><dt>${word.inside.login}</dt><dd>${person.login}</dd></div>
<div><dt>${word.inside.may}</dt><dd>${grantsInWords(person.grants, language)}</dd></div>
<div><dt>${word.inside.until}</dt><dd>${shownTime(person.expiresAt)}${person.idleMinutes !== null && html`<small>${word.inside.untilUnused(person.idleMinutes)}</small>`}</dd></div>
</dl>
<a class="key" href="./">${word.inside.console}</a>
<form class="close" method="post" action="${inLanguage({ path: 'logout' }, language)}">
<button class="key second">${word.inside.leave}</button>
</form>`,
    html`<p><a href="docs/">${word.inside.calls}</a></p>`,
  );
}
