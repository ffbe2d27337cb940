import type { CompanyPages } from '../access/company/company-routes.ts';
import { faultNote } from './form-field.ts';
import { html } from './html.ts';
import { inLanguage, pageFrame } from './page-frame.ts';
import { addressOf, sendPage } from './page-request.ts';

const texts = {
  en: { goingOn: 'You are logged in', goOn: 'Go on', refused: 'You are not logged in', back: 'To the login' },
  zh: { goingOn: '您已登录', goOn: '继续', refused: '未能登录', back: '返回登录页' },
} as const;

/** The pages of the company's sign-on: on the way back, and where a person was not let in. */
export const companyPages: CompanyPages = {
  goOn: (request, reply, to) => {
    const goesOnTo = `./${to}`;
    const address = { ...addressOf(request, 'login'), goesOnTo };
    const word = texts[address.language];
    return sendPage(
      reply,
      pageFrame(address, word.goingOn, html`<a class="key" href="${goesOnTo}">${word.goOn}</a>`),
    );
  },
  refuse: (request, reply, problem) => {
    const address = addressOf(request, 'login');
    const word = texts[address.language];
    const back = inLanguage({ path: 'login' }, address.language);
    const content = html`${faultNote(problem.titleIn(address.language), problem.detail[address.language])}
<a class="key" href="${back}">${word.back}</a>`;
    return sendPage(reply, pageFrame(address, word.refused, content), problem.status);
  },
};
