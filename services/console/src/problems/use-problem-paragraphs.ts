import { useQuery } from '@tanstack/react-query';
import { consoleRoot } from '../api/api.ts';
import { usePreferences } from '../app/preferences.tsx';
import type { ProblemParagraphs } from './problem-paragraphs.ts';

/** The reference's paragraphs about all problems. */
export function useProblemParagraphs() {
  return useQuery({
    queryKey: ['problems'],
    queryFn: async () =>
      (await (await fetch(new URL('problems.json', consoleRoot))).json()) as ProblemParagraphs,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** What a problem is called, in the user's language, or its code while that is not known. */
export function useProblemTitle(): (code: string) => string {
  const { language } = usePreferences();
  const paragraphs = useProblemParagraphs().data?.[language] ?? [];
  return (code) => paragraphs.flatMap(({ codes, titles }) => titles[codes.indexOf(code)] ?? [])[0] ?? code;
}
