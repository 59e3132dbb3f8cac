/** Letters of Cyrillic, Greek and others, and digits, that people take for Latin letters; in lower case. */
const LOOK_ALIKES = 'авсԁеһніјкӏморԛгѕтѵԝху' + 'αβεηικμνορτυχγωζ' + 'ıøł' + '0134578'
/** The Latin letters, in the same order. */
const LATIN = 'abcdehhijklmopqrstvwxy' + 'abenikmnoptuxywz' + 'iol' + 'oieastb'

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
    .replaceAll(/./gu, (letter) => LATIN[LOOK_ALIKES.indexOf(letter)] ?? letter)
}
