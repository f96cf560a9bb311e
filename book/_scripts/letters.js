// Wrong letters that a search forgives: the look-up and the search page count them alike.
window.wrongLetters = (() => {
  "use strict";
  // Letters wrong, missing, too many or swapped between two words, counted up to `most`.
  const slips = (a, b, most) => {
    if (Math.abs(a.length - b.length) > most) return most + 1;
    let before, last = Array.from({ length: b.length + 1 }, (_, at) => at);
    for (let i = 1; i <= a.length; i++) {
      const row = [i];
      for (let j = 1; j <= b.length; j++) {
        row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] !== b[j - 1]));
        if (before && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
      }
      before = last;
      last = row;
    }
    return last[b.length];
  };
  // How many of them a word of its length may have.
  const forgiven = word => (word.length < 3 ? 0 : word.length <= 5 ? 1 : 2);
  return { slips, forgiven };
})();
