/** Letters of other scripts, and digits, that people take for Latin letters; in lower case. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  // Cyrillic
  ...{
    а: 'a',
    в: 'b',
    с: 'c',
    ԁ: 'd',
    е: 'e',
    һ: 'h',
    н: 'h',
    і: 'i',
    ј: 'j',
    к: 'k',
    ӏ: 'l',
    м: 'm',
    о: 'o',
  },
  ...{ р: 'p', ԛ: 'q', г: 'r', ѕ: 's', т: 't', ѵ: 'v', ԝ: 'w', х: 'x', у: 'y' },
  // Greek
  ...{
    α: 'a',
    β: 'b',
    ϲ: 'c',
    ε: 'e',
    η: 'n',
    ι: 'i',
    κ: 'k',
    μ: 'm',
    ν: 'n',
    ο: 'o',
    ρ: 'p',
    τ: 't',
    υ: 'u',
  },
  ...{ χ: 'x', γ: 'y', ω: 'w', ζ: 'z' },
  ...{ ı: 'i', ø: 'o', ł: 'l' },
  ...{ 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', 8: 'b' },
}

/**
 * Writes a word as it looks to a reader of Latin letters: without accents, and with the letters that others stand in for.
 *
 * @param word in lower case
 * @see https://www.unicode.org/reports/tr39/#Confusable_Detection
 */
export function foldLookAlikes(word: string): string {
  return word
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .replaceAll(/./gu, (letter) => LOOK_ALIKES[letter] ?? letter)
}
