import type { CompanyPages } from '../access/company/company-routes.ts';
import type { Problem } from '../problems/problem.ts';
import type { Language } from '../problems/wanted-language.ts';
import { faultNote } from './form-field.ts';
import { html } from './html.ts';
import { inLanguage, pageFrame } from './page-frame.ts';
import { addressOf, sendPage } from './page-request.ts';

const texts = {
  en: { goingOn: 'You are logged in', goOn: 'Go on', refused: 'You are not logged in', back: 'To the login' },
  zh: { goingOn: '您已登录', goOn: '继续', refused: '未能登录', back: '返回登录页' },
} as const;

/** The pages of the company's sign-on: on the way back, and where nobody was let in. */
export const companyPages: CompanyPages = {
  goOn: (request, reply, to) => {
    const address = addressOf(request, '/login');
    const word = texts[address.language];
    reply.header('refresh', `0;url=${to}`);
    return sendPage(
      reply,
      pageFrame(address, word.goingOn, html`<a class="key" href="${to}">${word.goOn}</a>`),
    );
  },
  refuse: (request, reply, problem) => {
    const address = addressOf(request, '/login');
    const word = texts[address.language];
    const back = inLanguage({ path: '/login' }, address.language);
    const content = html`${faultNote(...noteOf(problem, address.language))}
<a class="key" href="${back}">${word.back}</a>`;
    return sendPage(reply, pageFrame(address, word.refused, content), problem.status);
  },
};

/** Problems are told in English; for those that people meet here there are Chinese words. */
function noteOf(problem: Problem, language: Language): readonly [title: string, detail: string] {
  const chinese = language === 'zh' ? inChinese(problem) : undefined;
  return chinese ?? [problem.title, problem.detail];
}

function inChinese({ code, members }: Problem): readonly [string, string] | undefined {
  const { name, why, known_as: who, claim, values } = members;
  switch (code) {
    case 'company_grants_missing': {
      const title = '企业账号在这里没有权限';
      if (why === 'too_many')
        return [
          title,
          `${who} 所在的组太多，${name} 没有发送 ${claim}。请其管理员只发送分配给本应用的组，或改用应用角色。`,
        ];
      const missing =
        why === 'no_claim' ? `没有发送决定权限的 ${claim}` : `发送的 ${claim} 在这里都不给出权限`;
      return [
        title,
        `${name} 认识您（${who}），但${missing}。请向其管理员申请：${[values].flat().join('；')}。`,
      ];
    }
    case 'company_login_failed':
      return ['企业登录未成功', failures[String(why)] ?? failures.not_valid ?? ''];
    case 'company_login_over':
      return ['这次登录已失效', '开始已超过十分钟、已经用过，或是在另一个浏览器中开始的。请重新登录。'];
    case 'company_login_unavailable':
      return ['企业登录暂时没有响应', '有密码的人可以先用密码登录；已打开的登录不受影响。'];
    case 'company_login_not_set_up':
      return ['这里没有设置企业登录', '请用密码登录。'];
    default:
      return undefined;
  }
}

const failures: Readonly<Record<string, string>> = {
  declined: '登录在身份提供方被中止，或您不能使用此应用。请询问其管理员。',
  not_valid: '身份提供方的回答不属于这次登录，或已经用过。请重新登录。',
  clock: '身份提供方与这里的时钟相差超过一分钟，须由管理员校正。',
  set_up: '企业登录没有设置好，管理员可在 API 的日志中看到原因。',
  disabled: '您的用户在这里已被停用，请联系管理员。',
  another_person: '在那里登录的是另一个人，或原来的登录已结束。请先退出，再重新登录。',
};
