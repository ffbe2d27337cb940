/** Stands between parts of a sentence; codes and numbers of a list take `, ` in both languages. */
export const comma = (locale: string): string => (locale.startsWith('zh') ? '，' : ', ');
