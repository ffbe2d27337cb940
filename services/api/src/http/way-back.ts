/** The way from a path back to where it begins. Relative, it holds for every path that a proxy has put before it. */
export function wayBack(path: string): string {
  const [name = ''] = path.split('?', 1);
  return '../'.repeat(name.split('/').length - 1) || './';
}
