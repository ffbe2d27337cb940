import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Rules that judge colours. What others judge is the same in each theme. */
const rulesOfColours = ['color-contrast', 'link-in-text-block'];

/** Faults that axe finds in what the page shows now, each with an element that has it. */
export async function faultsByAxe(page: Page, { isOfColoursAlone = false } = {}): Promise<string[]> {
  // Evaluated, because the page's policy lets no script be put into it.
  if (!(await page.evaluate<boolean>(`'axe' in globalThis`))) await page.evaluate(await axe);
  const options = {
    resultTypes: ['violations'],
    // Only for rules about turned screens and about sound; without it style sheets need not be fetched again.
    preload: false,
    ...(isOfColoursAlone && { runOnly: rulesOfColours }),
  };
  return page.evaluate(`axe.run(document, ${JSON.stringify(options)}).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes[0].target.join(' ') + ' ' + (nodes[0].failureSummary ?? '')))`);
}

/**
 * Things that reach beyond the page, and texts that are cut off or lie over each other, measured in the page. A text that is
 * shortened on purpose has an ellipsis.
 */
export function misplacedIn(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const found = [];
    const name = (element) => element.tagName.toLowerCase() + '.' + element.className + ' ' + element.textContent.slice(0, 30);
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) found.push('the page is ' + scrollWidth + ' px wide');
    const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('.heard, .skip');
    const texts = [...document.querySelectorAll('body *')].filter((element) =>
      isShown(element) && [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== ''));
    for (const element of texts) {
      const { left, right, width, height } = element.getBoundingClientRect();
      if (width === 0 || height === 0) continue;
      if (right > clientWidth + 1 || left < -1) found.push('beyond the page: ' + name(element));
      const { textOverflow, display, overflowX } = getComputedStyle(element);
      if (display !== 'inline' && overflowX !== 'visible' && textOverflow !== 'ellipsis' && element.scrollWidth > element.clientWidth + 1)
        found.push('cut off: ' + name(element));
    }
    for (const row of document.querySelectorAll('[role=row], tr, .top, .toolbar, .strip, .devices li, .facts, .palette-entry, .logins li, .shortcuts > div')) {
      if (!isShown(row)) continue;
      const cells = [...row.children].filter((cell) => isShown(cell) && cell.getBoundingClientRect().width > 0);
      for (const [index, cell] of cells.entries()) {
        const one = cell.getBoundingClientRect();
        for (const next of cells.slice(index + 1)) {
          const other = next.getBoundingClientRect();
          const overlap = Math.min(one.right, other.right) - Math.max(one.left, other.left);
          if (overlap > 1 && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1)
            found.push('over each other: ' + name(cell) + ' | ' + name(next));
        }
      }
    }
    return [...new Set(found)];
  })()`);
}

/** A browser that has drawn nothing for this long has nothing in motion. */
const stillAfterMs = 30_000;

/** Waits for fonts and for what an opening or a new width sets in motion. */
export async function waitUntilSettled(page: Page): Promise<void> {
  await page.evaluate(`Promise.race([
    Promise.all([document.fonts.ready, ...document.getAnimations().map((each) => each.finished)])
      .then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))),
    new Promise((done) => setTimeout(done, ${stillAfterMs})),
  ])`);
}
