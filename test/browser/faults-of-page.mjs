/** Runs in the page: everything that a person could not read or reach there. @returns {string[]} */
export function faultsOfPage() {
  const faults = [];
  const { documentElement: root } = document;
  if (root.scrollWidth > root.clientWidth) faults.push(`scrolls sideways: ${root.scrollWidth}`);
  const elements = [...document.querySelectorAll('body *')].filter(
    (each) => each.checkVisibility() && !each.closest('svg'),
  );
  const nameOf = (each) => `${each.tagName} ${each.id || each.textContent?.trim().slice(0, 30)}`;
  for (const each of elements) {
    if (each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0 && each.tagName !== 'INPUT')
      faults.push(`is cut off: ${nameOf(each)}`);
  }
  const reached = elements.filter((each) => each.matches('main button, main input, main a.key, header a'));
  for (const each of reached) {
    const { height, width } = each.getBoundingClientRect();
    if (height < 44 || width < 44) faults.push(`is too small to be hit: ${nameOf(each)}`);
  }
  for (const input of document.querySelectorAll('input:not([type=hidden], [hidden])')) {
    if (!input.labels?.[0]?.textContent?.trim()) faults.push(`has no label: ${input.name}`);
    for (const id of (input.getAttribute('aria-describedby') ?? '').split(' ').filter(Boolean))
      if (!document.getElementById(id)) faults.push(`is described by nothing: ${input.name}`);
  }
  // WCAG 2.2, 1.4.3: 4.5 to 1 for text of this size.
  const channels = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (colour) =>
    channels(colour)
      .slice(0, 3)
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
      .reduce((sum, value, index) => sum + value * ([0.2126, 0.7152, 0.0722][index] ?? 0), 0);
  const ground = (each) => {
    if (!each) return 'rgb(255, 255, 255)';
    const { backgroundColor } = getComputedStyle(each);
    return channels(backgroundColor)[3] === 0 ? ground(each.parentElement) : backgroundColor;
  };
  for (const each of elements) {
    const hasText = [...each.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
    if (!hasText) continue;
    const [one, other] = [luminance(getComputedStyle(each).color), luminance(ground(each))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.5) faults.push(`is too pale, ${contrast.toFixed(2)}: ${nameOf(each)}`);
  }
  return faults;
}
