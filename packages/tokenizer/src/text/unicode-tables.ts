/**
 * What the reference does to each code point; read by `character-classes.ts`. Generated, do not edit:
 *
 *     node tools/reference/tokenizer_engine_tables.mjs
 *
 * Source: the behaviour of tokenizers 0.22.2, whose Rust crates carry Unicode tables of their own, and Unicode 15.0
 * to 17.0. The form is described in `decode-runs.ts`.
 */

/** Removed by text cleaning: control, format, private use, U+0000 and U+FFFD. */
export const DROPPED =
  'aidbcrDsBgoaCAlfxaHlaByaGLjaDAreBbeByecjCUOfJMdCHcaJqccaGIyaCNCldHWyhBTKZnaBfDrDSTtDSYndDSYn';

/** Turned into a space by text cleaning. */
export const SPACES = 'jbdataEyaIHkaDPokBebgaBwaFXxa';

/** Where every engine from Unicode 15.0 on agrees with the reference. Elsewhere no engine is asked. */
export const PREDICTED =
  'BhBGvibgfcactcPfdBleBwhCcBsbvsdJfeCfDokChoBdxdoBbcdaFdGcChihcpbceBebBxadagafbfbdceaicdasfmbCgjcbfavbnaraChieadcjagbfbBfasaBsakdBzaCkcgccdibmbBeaChegccdvbBeaCmdgdvbDzaiccaeewaCjjnuDiicbmfCdClkBciBmcBjkakkCyGdcagaBuaXmlCeDhlZsDbcBlcBeeBcbBfbCnBpBjnGaaEpikjjbIcedCmcBcdaBhndnCpCqwznEljCheeClbrBqdkjBpHrCbhKvdfdBldfdhcacacacBedCacocndfcsdcchdDqBfrCoBgCcDpxPkPgCIoLgJihgEjapaDtDuRfCipCufDxBRYeKnBxHbBrGlhagcBdBxDadCzakbrBcBqBtmaBhCienrhCqnnjqDxBdyJfiBDExObdEbCqzcecacbcbciTcbHlzhBycpfdFuDwPvcJraItaFueBlaBxaBwBnFhBjGalcocgcbBBeaHsaBgaHmccbgdBpcfariBnaDybkgCpgDmdIuByBGpCyByCoClCamdBwclCucdoeDcoEeaCclwbChelczgeeMhtJcdfBjDiqEamDyorcNqBfELdeBANabEzfChuBDkBfLsdBDEpcHWhDuFacCYeFjqecoFJdgBqBhDYPbUvBPDApJf';

/** Split off as a word of its own, as few engines would say. */
export const PUNCTUATION = 'IMvaDREya';

/** Removed after decomposition when accents are stripped, the same. */
export const NONSPACING_MARKS = 'IUmaDSXua';

/** Of a combining class other than 0, though what else there is to them is not for an engine to say. */
export const COMBINING = 'DIynHZuaDPGxaeaDAnaCWDlgcqdgcbceDLqg';

/** Lower-case forms of letters younger than Unicode 15.0. */
export const LOWERCASE = 'KUzbbDSYrCATebbBIIbbccDSYreccDSYrgbbDSYrcbbBHZrBMKywbDSZwBKVjzbDSZr';
