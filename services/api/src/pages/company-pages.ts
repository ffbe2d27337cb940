import { inLanguage } from '@holdfast/texts/text.ts';
import type { CompanyPages } from '../access/company/company-routes.ts';
import { faultNote } from './form-field.ts';
import { html } from './html.ts';
import { pageFrame, pathInLanguage } from './page-frame.ts';
import { addressOf, sendPage } from './page-request.ts';
import { sayIn } from './texts.ts';

/** The pages of the company's sign-on: on the way back, and where a person was not let in. */
export const companyPages: CompanyPages = {
  goOn: (request, reply, to) => {
    const goesOnTo = `./${to}`;
    const address = { ...addressOf(request, 'login'), goesOnTo };
    const say = sayIn(address.language);
    return sendPage(
      reply,
      pageFrame(
        address,
        say('company_going_on'),
        html`<a class="key" href="${goesOnTo}">${say('company_go_on')}</a>`,
      ),
    );
  },
  refuse: (request, reply, problem) => {
    const address = addressOf(request, 'login');
    const say = sayIn(address.language);
    const back = pathInLanguage({ path: 'login' }, address.language);
    const content = html`${faultNote(inLanguage(problem.title, address.language), inLanguage(problem.detail, address.language))}
<a class="key" href="${back}">${say('company_back')}</a>`;
    return sendPage(reply, pageFrame(address, say('company_refused'), content), problem.status);
  },
};
