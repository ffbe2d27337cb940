/** The commands in the ```sh blocks of a Markdown page; lines that end in a backslash are one with the next. */
export function fencedCommands(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, body]) => body ?? '');
  return blocks
    .flatMap((body) => body.replace(/\\\n\s*/g, '').split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
