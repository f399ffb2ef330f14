/**
 * What the reference does to each code point; read by `character-classes.ts`. Generated, do not edit:
 *
 *     node tools/reference/tokenizer_engine_tables.mjs
 *
 * Source: the behaviour of tokenizers 0.22.2, whose Rust crates carry Unicode tables of their own, and Unicode 15.0
 * to 17.0. Numbers are base 36; the form is described in `decode-runs.ts`.
 */

/** Removed by text cleaning: control, format, private use, U+0000 and U+FFFD. */
export const DROPPED =
  '0.8 3.1 2.h 2o.w e 11v.5 n 5d 1e 3cv 1kt.4 r.4 1e.4 2.9 11u9.4xr 16o 6y.2 2 3b4 xyb.3 440.7 h407 v.2n 1egx.1ekd 3.1ekd';

/** Turned into a space by text cleaning. */
export const SPACES = '9.1 3 j 3k 4bk 1vk.a u.1 6 1c 335';

/** Where every engine from Unicode 15.0 on agrees with the reference. Elsewhere no engine is asked. */
export const PREDICTED =
  'x.np 8.1 6.5 2 2.j 2.az 3.11 4.1c 7.1i 18.1 l.i 3.6n 4.1l 2k.a 1n.e t.n 3.e r.2 3 3p.4e 1n.8 7.2 f.1 2.4 u.1 1d 3 6 5.1 5.1 3.2 4 8.2 3 i.5 c.1 1m.9 2.1 5 l.1 d h 1n.8 4 3.2 9 6.1 5.1 v i 18 a.3 1f 1q.2 6.2 2.3 8.1 c.1 u 1n.4 6.2 2.3 l.1 u 1s.3 6.3 l.1 2v 8.2 2 4.4 m 1p.9 d.k 2e.8 2.1 c.5 1j.1r a.s 8.12 2.z a a.a 24.4f 2 6 1a gy.b 1k.2d b.ik 27.2 11.2 u.4 s.1 v.1 1t.15 z.d 4c 3b.8 a.9 9.1 5u.4 3.1s 2.s 3 x.d 3.d 1v.1w m.p d.37 9.1n 4.4 1r.1 h.16 3.a 9.15 5j.1h 7.7t 3.5 3.11 3.5 3.7 2 2 2 2.u 3.1g 2.e 2.d 3.5 2.i 3.2 2.7 3.2m v.h 1u.w 1i.2l n.b4 b0.17q 84.6q 7.6 35 f 2p.2q cf.1o f.20 5.2t mww.7l 1d.53 17.4n 7 6.2 t.1d 26.3 25 a.1 h.s 16.19 c x.1o 4.d h.7 1w.d d.9 g.2t t.o 6n.8 f83.a5 3.2x 1w.p 2.4 2 2.1 2.1 2.8 ds.1 5d.p 7.1e 2.f 5.3 46.2s bf.2 6z 6b 46.4 11 1d 1c.13 3t.z 4c.b 2.e 2.6 2.1 jm 5k w 5e.2 2.1 6.3 15.2 5 h.8 13 2u.1 a.6 1v.6 2i.3 6c.1e nj.24 1e.1u 1r.1g c.3 1c.2 b.20 2.3 e.4 28.e 30 1i.b m.1 1n.4 b.2 p.6 4.4 8v.j 6k.3 5.z 2e.g 2w.c 2u.e h.2 9u.v 2b5.4 dtm.1 3l.5 1n.k l8.v 8g.3 f7v.2 43j.2q 3m.2 1j0.3v g.4 2.e 2sh.6 16.x 1hi7.f1 fhlv.6n';

/** Split off as a word of its own, as few engines would say. */
export const PUNCTUATION = '4fh 1dng';

/** Removed after decomposition when accents are stripped, the same. */
export const NONSPACING_MARKS = '4l0 1eju';

/** Of a combining class other than 0, though what else there is to them is not for an engine to say. */
export const COMBINING = '1qs.d 462 1cnb 4 1kp 12o1.6 2.g 3.6 2.1 2.4 1sq.6';

/** Lower-case forms of letters younger than Unicode 15.0. */
export const LOWERCASE = '5mx.1.1.1 ria.1.1.-wo7 1.2.2.1 4.2.2.1 6.1.1.1 2.1.1.-wu9 k1g.m.1.w j7f.p.1.r';
