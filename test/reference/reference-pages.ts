import { join } from 'node:path';
import { alertsPage } from './alerts-page.ts';
import { cliPage } from './cli-page.ts';
import { endpointsPage } from './endpoints-page.ts';
import { metricsPage } from './metrics-page.ts';
import { problemsPage, problemsPageInChinese } from './problems-page.ts';
import { rightsPage } from './rights-page.ts';
import { settingsPage } from './settings-page.ts';

export const referenceFolder = join(import.meta.dirname, '..', '..', 'docs', 'reference');

/** Every page of docs/reference by its name. */
export async function referencePages(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['settings.md', await settingsPage()],
    ['metrics.md', metricsPage()],
    ['alerts.md', await alertsPage()],
    ['problems.md', problemsPage()],
    ['problems.zh-CN.md', problemsPageInChinese()],
    ['rights.md', rightsPage()],
    ['cli.md', cliPage()],
    ['endpoints.md', await endpointsPage()],
  ]);
}
