import type { Command } from '../command.ts';
import type { Shell } from '../completion-script.ts';
import { completionScript } from '../completion-script.ts';

export function completion(commands: () => readonly Command[]): Command {
  return {
    words: ['completion'],
    about: 'A script that completes commands and options: source <(holdfast completion bash)',
    notes: ['It completes holdfast on the PATH; in a checkout, add node_modules/.bin to the PATH first.'],
    operands: [{ name: 'SHELL', choices: ['bash', 'zsh'] }],
    options: {},
    async run({ print }, input) {
      print.line(completionScript(input.operands[0] as Shell, commands()));
    },
  };
}
