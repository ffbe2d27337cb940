import type { Grant } from '@holdfast/shared/contracts/api-key.ts';
import { faultNote, formField } from './form-field.ts';
import { formatTime } from './format-time.ts';
import { rightsInWords } from './grants-in-words.ts';
import { type Html, html } from './html.ts';
import { type PageAddress, pageFrame, pathInLanguage } from './page-frame.ts';
import { sayIn } from './texts.ts';

/** Where the form's other button sends it. */
export const denyPath = 'approve/deny';

type Note = readonly [title: string, detail: string] | undefined;

/** The page where a person types the code of a command line. */
export function codePage(
  address: PageAddress,
  {
    code,
    fault,
    note,
  }: { readonly code?: string | undefined; readonly fault?: string | undefined; readonly note?: Note },
): Html {
  const { language } = address;
  const say = sayIn(language);
  return pageFrame(
    address,
    say('approve_title'),
    html`<p class="lead">${say('approve_type_lead')}</p>
${note && faultNote(...note)}
<form method="get" action="approve">
<input type="hidden" name="lang" value="${language}">
${formField({ name: 'code', label: say('approve_code'), hint: say('approve_code_hint'), autocomplete: 'one-time-code', value: code, fault, hasFocus: true, maxLength: 32, isCode: true })}
<button class="key">${say('approve_find')}</button>
</form>`,
  );
}

export interface WaitingCommandLine {
  readonly code: string;
  /** Name of the machine, as the machine itself gives it. */
  readonly host: string;
  readonly address: string;
  readonly agent: string;
  readonly askedAt: string;
}

export interface ApprovalForm {
  readonly waiting: WaitingCommandLine;
  readonly person: { readonly name: string; readonly login: string; readonly grants: readonly Grant[] };
  /** How the person has to show once more who they are; undefined: the login is fresh. */
  readonly again: 'password' | { readonly companyPath: string } | undefined;
  readonly note?: Note;
  readonly passwordFault?: string | undefined;
}

/** The page that shows which command line asks, and what it will be able to do. */
export function approvalPage(address: PageAddress, form: ApprovalForm): Html {
  const { language } = address;
  const say = sayIn(language);
  const { waiting, person, again, note, passwordFault } = form;
  const isCompany = typeof again === 'object';
  return pageFrame(
    address,
    say('approve_title'),
    html`<p class="lead">${say('approve_lead')}</p>
${note && faultNote(...note)}
<strong class="code">${waiting.code}</strong>
<dl class="facts">
<div><dt>${say('approve_machine')}</dt><dd>${waiting.host || waiting.address}${waiting.host !== '' && html`<small>${waiting.address}</small>`}</dd></div>
<div><dt>${say('approve_program')}</dt><dd>${waiting.agent || '–'}</dd></div>
<div><dt>${say('approve_asked')}</dt><dd>${formatTime(waiting.askedAt)}</dd></div>
<div><dt>${say('approve_as')}</dt><dd>${person.name}<small>${person.login}</small></dd></div>
<div><dt>${say('approve_may')}</dt><dd>${rightsInWords(person.grants, language)}</dd></div>
</dl>
${isCompany && html`<p class="note">${say('approve_again')}</p><a class="key" href="${again.companyPath}">${say('approve_again_company')}</a>`}
<form method="post" action="${pathInLanguage(address, language)}">
<input type="hidden" name="code" value="${waiting.code}">
${
  again === 'password' &&
  html`<p class="note">${say('approve_again')}</p>
<input type="text" name="login" value="${person.login}" autocomplete="username" hidden>
${formField({ name: 'password', label: say('password'), type: 'password', autocomplete: 'current-password', fault: passwordFault, hasFocus: passwordFault !== undefined, maxLength: 256 })}`
}
<div class="pair">
${!isCompany && html`<button class="key">${say('approve_approve')}</button>`}
<button class="key second" formaction="${pathInLanguage({ path: denyPath }, language)}" formnovalidate>${say('approve_deny')}</button>
</div>
</form>`,
    html`<p>${say('approve_foot')}</p>`,
  );
}

export function decidedPage(address: PageAddress, decision: 'approved' | 'denied', machine: string): Html {
  const say = sayIn(address.language);
  const isApproved = decision === 'approved';
  return pageFrame(
    address,
    isApproved ? say('approve_approved_title') : say('approve_denied_title'),
    html`<p class="lead" role="status">${isApproved ? say('approve_approved', { machine }) : say('approve_denied')}</p>`,
  );
}
