import type { Grant } from '@holdfast/shared/contracts/api-key.ts';
import { faultNote, formField } from './form-field.ts';
import { rightsInWords } from './grants-in-words.ts';
import { type Html, html } from './html.ts';
import { inLanguage, type PageAddress, pageFrame } from './page-frame.ts';
import { shownTime } from './shown-time.ts';
import { words } from './words.ts';

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
  const word = words[language];
  return pageFrame(
    address,
    word.approve.title,
    html`<p class="lead">${word.approve.typeLead}</p>
${note && faultNote(...note)}
<form method="get" action="approve">
<input type="hidden" name="lang" value="${language}">
${formField({ name: 'code', label: word.approve.code, hint: word.approve.codeHint, autocomplete: 'one-time-code', value: code, fault, hasFocus: true, maxLength: 32, isCode: true })}
<button class="key">${word.approve.find}</button>
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
  const word = words[language].approve;
  const { waiting, person, again, note, passwordFault } = form;
  const isCompany = typeof again === 'object';
  return pageFrame(
    address,
    word.title,
    html`<p class="lead">${word.lead}</p>
${note && faultNote(...note)}
<strong class="code">${waiting.code}</strong>
<dl class="facts">
<div><dt>${word.machine}</dt><dd>${waiting.host || waiting.address}${waiting.host !== '' && html`<small>${waiting.address}</small>`}</dd></div>
<div><dt>${word.program}</dt><dd>${waiting.agent || '–'}</dd></div>
<div><dt>${word.asked}</dt><dd>${shownTime(waiting.askedAt)}</dd></div>
<div><dt>${word.as}</dt><dd>${person.name}<small>${person.login}</small></dd></div>
<div><dt>${word.may}</dt><dd>${rightsInWords(person.grants, language)}</dd></div>
</dl>
${isCompany && html`<p class="note">${word.again}</p><a class="key" href="${again.companyPath}">${word.againCompany}</a>`}
<form method="post" action="${inLanguage(address, language)}">
<input type="hidden" name="code" value="${waiting.code}">
${
  again === 'password' &&
  html`<p class="note">${word.again}</p>
<input type="text" name="login" value="${person.login}" autocomplete="username" hidden>
${formField({ name: 'password', label: words[language].password, type: 'password', autocomplete: 'current-password', fault: passwordFault, hasFocus: passwordFault !== undefined, maxLength: 256 })}`
}
<div class="pair">
${!isCompany && html`<button class="key">${word.approve}</button>`}
<button class="key second" formaction="${inLanguage({ path: denyPath }, language)}" formnovalidate>${word.deny}</button>
</div>
</form>`,
    html`<p>${word.foot}</p>`,
  );
}

export function decidedPage(address: PageAddress, decision: 'approved' | 'denied', machine: string): Html {
  const word = words[address.language].approve;
  const isApproved = decision === 'approved';
  return pageFrame(
    address,
    isApproved ? word.approvedTitle : word.deniedTitle,
    html`<p class="lead" role="status">${isApproved ? word.approved(machine) : word.denied}</p>`,
  );
}
