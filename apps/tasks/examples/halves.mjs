/** Reviews cut in the middle: what tells whether two pieces belong together. */

/** The halves of every review of at least eight words. */
export function halves(reviews) {
  return reviews.flatMap(({ text }) => {
    const words = text.split(/\s+/);
    if (words.length < 8) return [];
    const cut = Math.floor(words.length / 2);
    return [{ first: words.slice(0, cut).join(' '), second: words.slice(cut).join(' ') }];
  });
}
