/**
 * What the reference does to each code point, as runs; read by `character-classes.ts`. Generated, do not edit:
 *
 *     python tools/reference/tokenizer_tables.py
 *
 * Source: the behaviour of tokenizers 0.22.2 (its Rust crates carry Unicode tables of their own, which no
 * JavaScript engine shares, so `\p{...}` cannot be used). Numbers are base 36; the form is described in `decode-runs.ts`.
 */

/** Removed by text cleaning: control, format, private use, U+0000 and U+FFFD. */
export const DROPPED =
  '0.8 3.1 2.h 2o.w e 11v.5 n 5d 1e 3cv 1kt.4 r.4 1e.4 2.9 11u9.4xr 16o 6y.2 2 3b4 xyb.3 440.7 h407 v.2n 1egx.1ekd 3.1ekd';

/** Turned into a space by text cleaning. */
export const SPACES = '9.1 3 j 3k 4bk 1vk.a u.1 6 1c 335';

/** Split off as a word of its own. */
export const PUNCTUATION =
  'x.e b.6 r.5 r.3 z 6 4 b.1 4 4 jj 9 cz.5 16.1 1g 2 3 3 19.1 l.1 2.1 e 3.1 23.3 2v 18.d 6i.2 1j.e w 7a.1 b ao lg 2j b.1 4p.e 2 12.3 20 23.4 5.1 34.5 4s h1.8 48 h9.1 19.1 27.2 20.1 4e.2 2.2 12.a 8q.1 61.1 3l.6 2.5 4t.6 4c.3 1o.4 1r.1 1t.7 c n1.n 9.j 2.c 2.b v.1 f.1 hm.3 u.1 u6.d 28.1 w.9 b8.l 1s.3 x.1 l8.3 2.1 35 40.1a 2.i cf.2 5.9 3.b h d 2r 2j mwz.1 7i.2 2s b 38.5 al.3 2f.1 15.2 2 1e.1 1c 2q.c h.1 3h.3 3j.1 h.1 6y g2b.1 5t.9 n.y 2.d 2 5 2.1 46.2 2.5 2.3 b.1 4.1 r.2 2 s 2 2.6 bf.2 il 1d bj ko 5k w 7l.8 13 35.6 1v.6 2i.3 x7.6 32.1 2.3 3j.3 1d.1 28.4 4 e 2.2 2h.5 30 f1 6z.m 2y.2 6x.2 2lu.4 dtm.1 3q 1u.4 9 g2j 5wo.4';

/** Removed after decomposition when accents are stripped. */
export const NONSPACING_MARKS =
  'lc.1r 3 3.16 7o.4 7e.18 2 2.1 2.1 2 21.a 1d.k h 2u.6 3.5 3.1 2.3 10 v.q 2k.a 1n.8 z.3 2.8 2.2 2.4 18.2 3s.v 1k 2 5.7 5 4.6 b.1 u 1n 5.3 9 l.1 u.1 1m 5.1 5.1 3.2 4 v.1 4 c.1 1m 5.4 2.1 5 l.1 u 1n 3 2.3 9 9 c.1 v 1q d 1f 1q.2 6.1 3.3 8.1 c.1 u 1n 3 7 6.1 l.1 u 1s.3 9 l.1 2v 8.2 2 2j 3.6 d.7 2r 3.5 2.1 c.5 23.1 s 2 2 1k.1 2 3 2.5 2 2.2 2.1 6.5 2.3 2.3 2.3 2.3 2.3 2.b 2.2 a 2v.3 2.5 2.1 3.1 q.1 5.2 h.3 e 3.1 7 g jk.2 qb.2 u.2 u.1 v.1 1t.1 2.6 9 3.a a 1a.2 4c 3b.2 5.1 a 7.2 64.1 3 1n 2.6 2 2 3.7 7.9 3 1d.d 1v.3 1d 2.4 2 6 15.8 d.1 x.3 3.1 2.2 1l 2.1 4 2.2 1n.7 3.1 49.2 2.c 2.6 5 7 4.1 5j.1h 7.3 k1.c 5 4.b 2db.2 3y 2p.v ff.3 30.1 n9x 5.9 x.1 29.1 7l 4 5 q.1 4e s.h 1h.7 q.a 1b.2 1d 3.3 3 15 1w.5 3.1 3.1 d 9 1c 1g 2.2 3.1 6.1 2 17.1 9 6n 3 5 fn5 ki.f h.f r2 6b 46.4 1af.2 2.1 6.3 15.2 5 4m.1 10b 1j.e 1l.2 1e.3 3.1 1y.2 11.4 2 3.4 1r d.1 1h.8 c.2 2r.2 3 2.1 4o 4.7 m.1 1n 4 12.6 4.4 8v.5 2 5.1 2.1 6n.3 7.1 2.1 s.1 2e.7 3 2.1 2z 2 3.5 2 2u.2 3.3 2.4 gjp.4 1o.6 ux.3 f7v.1 43t.2 i.7 3.6 v.3 45.2 1j0.1i 5.1d 9 f n.4 2.e 2sh.6 gzl6.6n';

/** Replaced by their canonical decomposition, Hangul syllables left out (they follow a rule). */
export const DECOMPOSABLE =
  '5c.5 2.8 2.5 3.4 3.5 2.8 2.5 3.4 2.g 3.j 3.8 4.3 2.5 5.5 4.5 3.h 3.m y.1 e.1 t.f 2.5 3.a 4.1 3.z 3.1 7.d 7h.1 2.1 1c a 7.5 2 2.2 q.6 q.4 5.1 18.1 2 4 5.2 b w n.1 2 4 5.2 o.1 22.1 e.3 3.1 3.5 3.5 3.b 3.1 89.4 4a 2 h gm 8 3 10.7 30.1 g.1 2 2c 3 z.2 3 6i 3.1 g.1 1j 1i.2 3g 3c 7.1 2.1 3j.2 3y 2.2 9x a 5 5 5 d a 2.1 2 9 i a 5 5 5 d 31 25c 2 2 2 2 4 15 2 3.1 2 jh.49 2 5.2h 7.l 3.5 3.11 3.5 3.7 2 2 2 2.u 3.1g 2.6 2 3.3 2.d 3.5 2.i 3.2 2.7 3.1 85 4.1 33.1 j v.2 1h 5 3 o 2 r 3 3 2 n 2 b.4 3.1 3.1 7.1 3.1 3.1 z.3 1d.3 7.3 1o.1 1iq 12o 2 2 2 2 2 2 2 2 2 2 2 3 2 2 7.1 2.1 2.1 2.1 2.1 n a e 2 2 2 2 2 2 2 2 2 2 2 3 2 2 7.1 2.1 2.1 2.1 2.1 n 3.3 4 13ia.7h 3 2 3.9 2 2 3.1 4.1v 3.2x 1w 2 b.c 2.4 2 2.1 2.1 2.8 47g 2 f 3n.1 f0.1 a7.1 2 70.1 112b.6 2f.5 1m4g.f1';

/** One-to-one lower-casing; U+0130, which gives two, is left out. */
export const LOWERCASE =
  '1t.q.1.w 2u.n.1.w 2.7.1.w y.o.2.1 4.3.2.1 3.8.2.1 3.n.2.1 2.1.1.-3d 1.3.2.1 4.1.1.5u 1.2.2.1 2.1.1.5q 1.1.1.1 2.2.1.5p 1.1.1.1 3.1.1.27 1.1.1.5m 1.1.1.5n 1.1.1.1 2.1.1.5p 1.1.1.5r 2.1.1.5v 1.1.1.5t 1.1.1.1 4.1.1.5v 1.1.1.5x 2.1.1.5y 1.3.2.1 2.1.1.62 1.1.1.1 2.1.1.62 3.1.1.1 2.1.1.62 1.1.1.1 2.2.1.61 1.2.2.1 2.1.1.63 1.1.1.1 4.1.1.1 8.1.1.2 1.1.1.1 2.1.1.2 1.1.1.1 2.1.1.2 1.9.2.1 3.9.2.1 3.1.1.2 1.2.2.1 2.1.1.-2p 1.1.1.-1k 1.k.2.1 2.1.1.-3m 2.9.2.1 8.1.1.8bv 1.1.1.1 2.1.1.-4j 1.1.1.8bs 3.1.1.1 2.1.1.-5f 1.1.1.1x 1.1.1.1z 1.5.2.1 82.2.2.1 4.1.1.1 9.1.1.38 7.1.1.12 2.3.1.11 2.1.1.1s 2.2.1.1r 2.h.1.w 2.9.1.w 10.1.1.8 9.c.2.1 6.1.1.-1o 3.1.1.1 2.1.1.-7 1.1.1.1 3.3.1.-3m 1.g.1.28 1.w.1.w 1d.h.2.1 a.r.2.1 2.1.1.f 1.7.2.1 3.1c.2.1 3.12.1.1c 28a.12.1.5ls 2.1.1.5ls 6.1.1.5ls k3.28.1.tzk 1.6.1.8 1p0.1.1.1 7.17.1.-2bk 3.3.1.-2bk 8x.23.2.1 a.1.1.-5vj 2.1c.2.1 a.8.1.-8 9.6.1.-8 b.8.1.-8 9.8.1.-8 9.6.1.-8 c.4.2.-8 9.8.1.-8 p.8.1.-8 9.8.1.-8 9.8.1.-8 9.2.1.-8 1.2.1.-22 1.1.1.-9 c.4.1.-2e 1.1.1.-9 c.2.1.-8 1.2.1.-2s d.2.1.-8 1.2.1.-34 1.1.1.-7 c.2.1.-3k 1.2.1.-3i 1.1.1.-9 8a.1.1.-5st 4.1.1.-6gv 1.1.1.-6di 7.1.1.s 1a.g.1.g k.1.1.1 mr.q.1.q 1f5.1c.1.1c 1d.1.1.1 2.1.1.-8af 1.1.1.-2xy 1.1.1.-89z 3.3.2.1 2.1.1.-8bg 1.1.1.-8al 1.1.1.-8bj 1.1.1.-8bi 2.1.1.1 3.1.1.1 9.2.1.-8cf 1.1e.2.1 9.2.2.1 5.1.1.1 nym.n.2.1 k.e.2.1 3s.7.2.1 4.v.2.1 b.2.2.1 2.1.1.-r9g 1.5.2.1 5.1.1.1 2.1.1.-wmg 3.2.2.1 4.a.2.1 2.1.1.-wn8 1.1.1.-wnj 1.1.1.-wnf 1.1.1.-wn5 1.1.1.-wn8 2.1.1.-wlu 1.1.1.-wmi 1.1.1.-wlx 1.1.1.ps 1.8.2.1 2.1.1.-1c 1.1.1.-wn7 1.1.1.-raw 1.2.2.1 2.1.1.-wo7 1.8.2.1 2.1.1.-wu9 p.1.1.1 h7w.q.1.w xy.14.1.14 3t.10.1.14 4d.b.1.13 2.f.1.13 2.7.1.13 2.2.1.13 1d7.1f.1.1s 4e.m.1.w 27v.w.1.w gw1.w.1.w 1t.p.1.r o5k.y.1.y';

/** Canonical combining class (other than 0) -> its code points; it orders the marks after a base character. */
export const COMBINING_CLASSES: readonly (readonly [combiningClass: number, runs: string])[] = [
  [1, 'ms.4 524 e.6 ru.1 5.2 b.1 4.1 1a32 j3r.4 g4q 43t.2'],
  [7, '1to 3k 3k 3k 3k ao or 265 4y 29 ry4 kcn 55 2f 30 4z 2b 7e 3h 71 6v 15lf'],
  [8, '9ll.1'],
  [
    9,
    '1u5 3k 3k 3k 3k 3k 3k 3k 3k 3h 34 96 51.1 1cq w 4e i6 6c 2u.1 1z.1 3gs o7b 5a 3z 31 8m 6v imq 16v 1l 1m 3e.1 3w 39 51 2r 6t 3k 71 3k 3b 39 104',
  ],
  [10, '14g'],
  [11, '14h'],
  [12, '14i'],
  [13, '14j'],
  [14, '14k'],
  [15, '14l'],
  [16, '14m'],
  [17, '14n'],
  [18, '14o f'],
  [19, '14p.1'],
  [20, '14r'],
  [21, '14s'],
  [22, '14t'],
  [23, '14v'],
  [24, '14x'],
  [25, '14y'],
  [26, '1dlq'],
  [27, '18r it'],
  [28, '18s it'],
  [29, '18t it'],
  [30, '17c 1i'],
  [31, '17d 1i'],
  [32, '17e 1i'],
  [33, '18x'],
  [34, '18y'],
  [35, '19s'],
  [36, '1e9'],
  [84, '2fp'],
  [91, '2fq'],
  [103, '2t4.1'],
  [107, '2tk.3'],
  [118, '2wo.1'],
  [122, '2x4.3'],
  [129, '31t'],
  [130, '31u 8.3 3'],
  [132, '31w'],
  [202, 'm9.1 5.1 59k'],
  [214, '5vy'],
  [216, 'm3 2e6 2gx8.1 8.4'],
  [218, '9ii'],
  [
    220,
    'ly.3 3.4 3.3 3.a 6.3 b.2 4.1 5.3 3.1 fr 5 5 7.5 3 r 40.1 6 3 3o 7 3 1w 3 3.2 2.1 2 4 2 2 2 4q 2v.2 3s 3 3 4.2 7 3.1 2g 152.1 s 2 3z 5j 1pq 65 2v 1i.5 3 4v a1.4 3.3 e 5x 8 5 1a 2 kp 4.3 qws.2 av ghf.6 r4 6b 1f1 19 4s 1385.7 8.1 4lh.6',
  ],
  [222, '13u j 3v0 4j8'],
  [224, '9im.1'],
  [226, '2jxp'],
  [228, '14e 3qz 4n6'],
  [
    230,
    'lc.k 15.2 3 4 4.2 4.2 5 4 8.c 7o.4 7f.3 2.2 3.5 7.1 2.1 3 l 24.7 1o.1 3.4 2.1 3c.6 3.3 2 3.1 3.1 1w 2.1 2.1 4 3 2.2 2 2 2 2.1 4h.6 2 z.3 2.8 2.2 2.4 4n.d 3.1 2.1 2.2 7.2 2.1 3.4 2a 2.1 17y.1 3.1 ra.2 vy 9p 65 2m.7 1g.4 7.1 4v 2.6 9p.2 8.1 5 k 4.1 5j.1 2.6 2.1 5.10 6 3 k2.1 3.3 4.1 5 6 2 7 2db.2 6n.v nsg 5.9 x.1 29.1 dr.h cf 2.1 4.1 6.1 2 ggv.6 8.1 11j.4 1at 15 4t 17f.2 h0.6 4.4 hbw.6 k7j.4 x.3 45.2 2po.6 2.g 3.6 2.1 2.4 1sq.5',
  ],
  [232, 'lx 5 1q 8us'],
  [233, 'nw 3 3 596'],
  [234, 'nx.1 2.1 57w'],
  [240, 'n9'],
];
