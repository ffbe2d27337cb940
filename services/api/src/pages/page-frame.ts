import { createHash } from 'node:crypto';
import type { Language } from '../problems/negotiate-language.ts';
import { type Html, html, Html as Trusted } from './html.ts';
import { pageStyle } from './page-style.ts';
import { sayIn } from './texts.ts';

export interface PageAddress {
  /** The way from the page to the root of the API, where all addresses on the page begin. */
  readonly root: string;
  /** This page with its query, without the language. */
  readonly path: string;
  readonly language: Language;
  /** Whether others on the way could read what is typed. */
  readonly isOpenToReaders: boolean;
  /** Where the page goes on to by itself. */
  readonly goesOnTo?: string;
}

export const fontPath = 'pages/plex.woff2';
const style = pageStyle.replace('FONT', fontPath);

/** The content security policy: only the style below, its font, and forms that are sent here. */
export function pagePolicy(): string {
  const hash = createHash('sha256').update(style).digest('base64');
  return [
    "default-src 'none'",
    `style-src 'sha256-${hash}'`,
    "font-src 'self'",
    "form-action 'self'",
    "base-uri 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export function pageFrame(address: PageAddress, title: string, content: Html, foot?: Html): Html {
  const { root, language, isOpenToReaders, goesOnTo } = address;
  const other = language === 'en' ? 'zh' : 'en';
  return html`<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<base href="${root}">
${goesOnTo !== undefined && html`<meta http-equiv="refresh" content="0;url=${goesOnTo}">`}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · Holdfast</title>
<style>${new Trusted(style)}</style>
</head>
<body>
<header class="bar">
<span class="brand">${mark}Holdfast</span>
<a class="to" lang="${other === 'zh' ? 'zh-CN' : 'en'}" hreflang="${other === 'zh' ? 'zh-CN' : 'en'}" href="${pathInLanguage(address, other)}">${sayIn(other)('own_name')}</a>
</header>
<main>
<div class="sheet">
${ribbon}
<div class="in">
<h1>${title}</h1>
${isOpenToReaders && html`<p class="note warn">${sayIn(language)('open_to_readers')}</p>`}
${content}
</div>
${foot && html`<div class="foot">${foot}</div>`}
</div>
</main>
</body>
</html>
`;
}

export function pathInLanguage({ path }: Pick<PageAddress, 'path'>, language: Language): string {
  const [before = '', query] = path.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set('lang', language);
  return `${before}?${parameters}`;
}

/** Where a person goes who has logged in, unless they were on the way somewhere else. */
export function consoleAddress({ language }: Pick<PageAddress, 'language'>): string {
  return `?lang=${language}`;
}

/** The mark: four lines that hold each other. */
const mark = html`<svg viewBox="0 0 16 16" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="1.8" d="M4.5 2v12M11.5 2v12M1 6h14M1 10h14"/></svg>`;

/** A session as the console draws it: it ran all the time, and was handed over three times. */
const ribbon = html`<svg class="ribbon" viewBox="0 0 432 6" preserveAspectRatio="none" aria-hidden="true"><rect class="ran" width="432" height="6"/><rect class="turn" x="96" width="2" height="6"/><rect class="turn" x="201" width="2" height="6"/><rect class="turn" x="352" width="2" height="6"/></svg>`;
