// The search page: words of the hit, not of the page's top; one or two wrong letters are forgiven and said.
(() => {
  "use strict";
  const { slips, forgiven } = window.wrongLetters;
  // The indexed word nearest to one that no page has; undefined when it is there or nothing comes near.
  const instead = word => {
    const known = [...Object.keys(Search._index.terms), ...Object.keys(Search._index.titleterms)];
    if (word.length < 3 || known.some(one => one.includes(word))) return undefined;
    const most = forgiven(word);
    // Indexed words have lost their ends (mortal for mortality), so the start of the word is compared too.
    const far = one => Math.min(slips(word, one, most), one.length > 3 && one.length + 4 > word.length ? slips(word.slice(0, one.length), one, most) + 0.5 : 9);
    return known.map(one => [far(one), one]).filter(one => one[0] < most + 1 && one[1].length > 2).sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1))[0]?.[1];
  };
  const patch = () => {
    const read = Search._parseQuery;
    Search._parseQuery = query => {
      const [asked, terms, ...rest] = read(query), found = new Set(), changed = [];
      for (const word of terms) {
        const other = instead(word);
        found.add(other ?? word);
        if (other) { changed.push([word, other]); rest[1].add(other); }
      }
      if (changed.length) {
        const note = document.createElement("p");
        note.className = "search-forgiven";
        note.textContent = changed.map(([word, other]) => `No page has a word like “${word}”. Shown is what has “${other}…”.`).join(" ");
        document.getElementById("search-results").before(note);
      }
      return [asked, found, ...rest];
    };
    // The stretch of the text that holds most of the words asked for.
    Search.makeSearchSummary = (html, terms, anchor) => {
      const page = new DOMParser().parseFromString(html, "text/html"), article = page.querySelector("article");
      if (!article) return null;
      article.querySelectorAll("script, style, nav, h1, p.way, .headerlink, .cell_input, .about-page, .provenance").forEach(one => one.remove());
      const part = anchor ? article.querySelector(CSS.escape ? `#${CSS.escape(anchor.replace(/^#/, ""))}` : anchor) : null;
      const text = (part ?? article).textContent.replace(/\s+/g, " ").trim(), low = text.toLowerCase(), hits = [];
      for (const word of terms) {
        const root = word.length > 4 ? word.replace(/[iy]$/, "") : word;
        for (let at = low.indexOf(root); at > -1 && hits.length < 500; at = low.indexOf(root, at + 1)) if (!/[a-z]/.test(low[at - 1] ?? " ")) hits.push([at, word]);
      }
      hits.sort((a, b) => a[0] - b[0]);
      const within = from => new Set(hits.filter(hit => hit[0] >= from && hit[0] < from + 200).map(hit => hit[1])).size;
      const best = hits.reduce((one, hit) => (one && within(one[0]) >= within(hit[0]) ? one : hit), undefined);
      if (!best && !text) return null;
      const start = best ? Math.max(0, low.lastIndexOf(" ", Math.max(0, best[0] - 60))) : 0, summary = document.createElement("p");
      summary.classList.add("context");
      summary.textContent = `${start ? "… " : ""}${text.slice(start, start + 240).trim()}${start + 240 < text.length ? " …" : ""}`;
      return summary;
    };
  };
  patch();
})();
