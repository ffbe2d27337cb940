import type { Problem } from '../../problems/problem.ts';

const texts = {
  en: {
    goingOn: 'You are logged in',
    goOn: 'Go on',
    again: 'Back to the login',
  },
  zh: {
    goingOn: '您已登录',
    goOn: '继续',
    again: '返回登录页',
  },
} as const;
type Language = keyof typeof texts;

/** Goes to a path of ours by itself, so that the browser sends the login along. @param to a path */
export function goingOnPage(to: string, acceptLanguage: string | undefined): string {
  const language = languageOf(acceptLanguage);
  const { goingOn, goOn } = texts[language];
  return page(
    language,
    goingOn,
    `<p><a href="${escaped(to)}">${goOn}</a></p>`,
    `<meta http-equiv="refresh" content="0;url=${escaped(to)}">`,
  );
}

/** Why nobody was logged in, and what to do. */
export function refusedPage({ title, detail }: Problem, acceptLanguage: string | undefined): string {
  const language = languageOf(acceptLanguage);
  return page(
    language,
    title,
    `<p>${escaped(detail)}</p><p><a href="/login">${texts[language].again}</a></p>`,
  );
}

function page(language: Language, title: string, body: string, head = ''): string {
  return `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} · Holdfast</title>
${head}
<main>
<h1>${escaped(title)}</h1>
${body}
</main>
</html>
`;
}

function languageOf(acceptLanguage: string | undefined): Language {
  return /^\s*zh\b/i.test(acceptLanguage ?? '') ? 'zh' : 'en';
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
