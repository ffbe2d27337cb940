import type { Command } from './command.ts';
import { commonOptions } from './parse-command-line.ts';

export type Shell = 'bash' | 'zsh';

/** A script that holds all words, so that nothing is asked while the user types. */
export function completionScript(shell: Shell, commands: readonly Command[]): string {
  const choices = casesOf(commands)
    .map(({ pattern, words }) => `    ${pattern}) offered='${words.join(' ')}' ;;`)
    .join('\n');
  return shell === 'bash' ? bashScript(choices) : zshScript(choices);
}

/** The words that may follow the typed ones, which end with a blank, as cases; the first pattern that fits counts. */
function casesOf(
  commands: readonly Command[],
): { pattern: string; words: readonly (string | undefined)[] }[] {
  const groups = [...new Set(commands.filter(({ words }) => words.length > 1).map(({ words }) => words[0]))];
  return [
    { pattern: "' '", words: [...new Set(commands.map(({ words }) => words[0])), '--help', '--version'] },
    ...groups.map((group) => ({
      pattern: `' ${group} '`,
      words: commands.filter(({ words }) => words[0] === group).map(({ words }) => words[1]),
    })),
    ...commands.flatMap((command) => {
      const begin = ` ${command.words.join(' ')} `;
      const options = Object.entries({ ...command.options, ...(command.isRaw ? {} : commonOptions) });
      const operands = command.operands.flatMap((operand) => operand.choices ?? []);
      return [
        ...options.flatMap(([name, option]) =>
          option.choices ? [{ pattern: `'${begin}'*'--${name} '`, words: option.choices }] : [],
        ),
        { pattern: `'${begin}'*`, words: [...operands, ...options.map(([name]) => `--${name}`)] },
      ];
    }),
  ];
}

const bashScript = (cases: string) => `_holdfast() {
  local typed=" \${COMP_WORDS[*]:1:COMP_CWORD-1} " offered=''
  [ "$COMP_CWORD" -le 1 ] && typed=' '
  case "$typed" in
${cases}
  esac
  COMPREPLY=($(compgen -W "$offered" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _holdfast holdfast`;

const zshScript = (cases: string) => `#compdef holdfast
_holdfast() {
  local typed=" \${(j: :)words[2,CURRENT-1]} " offered=''
  (( CURRENT <= 2 )) && typed=' '
  case "$typed" in
${cases}
  esac
  if [[ -n "$offered" ]]; then compadd -- \${=offered}; else _files; fi
}
(( \${+functions[compdef]} )) || { autoload -Uz compinit && compinit }
compdef _holdfast holdfast`;
