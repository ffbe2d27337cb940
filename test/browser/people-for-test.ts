import type { Page } from 'playwright-core';

export const person = { login: 'li.wei', name: '李伟', password: 'correct horse battery' };

/** Address of the page for the first administrator. @param headers by which the API is called */
export async function firstLink(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const answer = await fetch(`${url}/api/system/users/first-link/`, { method: 'POST', headers });
  if (answer.status !== 201) throw new Error(await answer.text());
  const link = new URL(((await answer.json()) as { url: string }).url);
  return `${url}${link.pathname}${link.search}`;
}

/** Fills in the page that the link opens; afterwards the browser is logged in. */
export async function becomeAdministrator(page: Page): Promise<void> {
  const { login, name, password } = person;
  await fillIn(page, { login, name, password, password_repeat: password });
  await page.waitForURL(/\/console\//);
}

/** Fills in the form by the names of its fields, and sends it. */
export async function fillIn(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await page.locator(`[name="${name}"]`).fill(value);
  await page.locator('main button').first().click();
}
