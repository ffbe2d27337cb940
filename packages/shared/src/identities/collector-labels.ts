import { isDriverLabel } from '../domain/placement/driver-labels.ts';

/** Labels as people write them: `site=hall-1,network=plant-a`. @returns the labels or, in words, what cannot be read */
export function parseLabels(text: string): Record<string, string> | string {
  const labels: Record<string, string> = {};
  for (const pair of text.split(',').map((part) => part.trim())) {
    if (pair === '') continue;
    const [name, value, ...rest] = pair.split('=');
    if (!name || !value || rest.length > 0) return `must read name=value,name=value; "${pair}" does not`;
    if (isDriverLabel(name) && value !== 'yes') return `"${pair}" must read ${name}=yes`;
    labels[name] = value;
  }
  return labels;
}
