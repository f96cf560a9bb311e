// Find a trust by what a reader types: names, former and usual names, hospitals, codes; small slips are forgiven.
window.lookupFind = (() => {
  "use strict";
  const MOST = 8, NEAREST = 3;
  const fold = text => text.normalize("NFKD").replace(/\p{M}|['’‘`´.]/gu, "").toLowerCase().replace(/\ba *(&|and) *e\b/g, "casualty").replace(/&/g, " and ").replace(/[^a-z0-9]+/g, " ").replace(/\bsaint\b/g, "st").trim();
  const IDLE = new Set(["nhs", "trust", "foundation", "ft", "the", "of", "and", "hospital", "hospitals", "in", "at", "casualty", "emergency", "maternity", "department", "ward"]);
  const split = text => { const all = text.split(" ").filter(Boolean), told = all.filter(word => !IDLE.has(word)); return told.length ? told : all; };

  const { slips, forgiven } = window.wrongLetters;
  // A word as it sounds, so that "white" is found as "Wight" and "Wooster" as "Worcester".
  const sound = word => word.replace(/ight/g, "ite").replace(/cester/g, "ster").replace(/wh/g, "w").replace(/ph/g, "f").replace(/ck/g, "k").replace(/(.)\1/g, "$1");

  // How well a typed word fits a word of a name: [slips, how far from whole], undefined when it does not.
  const compared = (typed, word) => {
    if (typed === word) return [0, 0];
    if (word.startsWith(typed)) return [0, 1];
    const most = forgiven(typed), whole = Math.min(slips(typed, word, most), typed.length > 3 ? 1 + slips(sound(typed), sound(word), most) : 9);
    let best = whole;
    if (typed.length > 3) for (const more of [-1, 0, 1]) if (typed.length + more < word.length) best = Math.min(best, slips(typed, word.slice(0, typed.length + more), most));
    return best && best <= most ? [best, best === whole ? 1.5 : 2] : undefined;
  };
  // The words of all names recur, and what was typed before stays while more is typed: each pair is compared once.
  const heard = new Map(), KEPT = 20;
  const fits = (typed, word) => {
    if (!heard.has(typed)) { if (heard.size >= KEPT) heard.clear(); heard.set(typed, new Map()); }
    const known = heard.get(typed);
    if (!known.has(word)) known.set(word, compared(typed, word));
    return known.get(word);
  };
  const letters = words => words.map(word => word[0]).join("");

  // All names of a trust, folded once: what it is called, what it was called, its hospitals.
  const prepare = (trusts, known) => trusts.map(trust => {
    const told = [[trust.name, "name"], ...(trust.short ? [[trust.short, "name"]] : []), ...(trust.also || []).map(name => [name.replace(/^\S+ /, ""), "took over"]), ...(known[trust.code] || [])];
    return { trust, names: told.map(([name, kind]) => {
      const folded = fold(name).replace(/^the /, ""), words = folded.split(" ");
      const initials = [letters(words), letters(words.filter(word => !IDLE.has(word) || word.startsWith("hosp"))), letters(words.filter(word => !IDLE.has(word)))];
      return { name, kind, folded, words, joined: words.join(""), initials };
    }) };
  });
  // A name told by its first letters: its start, or all of it with Trust or Foundation Trust.
  const short = (word, one) => one.kind !== "took over" && one.initials.some(all => all.startsWith(word) || word === `${all}t` || (one.words.includes("foundation") && word === `${all}ft`));
  const nearer = (found, other) => !other || found[0] < other[0] || (found[0] === other[0] && found[1] < other[1]);
  // How well one typed word fits a name: a word of it, the sooner the better, or first letters of its words.
  const place = (word, one, alone) => {
    let best;
    for (const [at, other] of one.words.entries()) {
      const found = fits(word, other), here = found && [found[0], found[1] + at / 50];
      if (here && nearer(here, best)) best = here;
    }
    const told = word.length > 1 && (!best || best[0]) && (alone ? short(word, one) : one.initials.some(all => all.includes(word) || word === `${all}t`));
    return told ? [0, 3] : best;
  };
  // An area comes after a hospital that fits as well.
  const further = (how, one, by) => (how && one.kind === "area" ? [how[0] + by[0], how[1] + by[1]] : how);
  const sum = parts => (parts.every(Boolean) ? parts.reduce((all, part) => [all[0] + part[0], all[1] + part[1]]) : undefined);
  const fit = (typed, joined, one) => {
    const told = sum(typed.map(word => place(word, one, typed.length === 1)));
    return joined.length > 3 && one.joined.startsWith(joined) && nearer([0, 0.5], told) ? [0, 0.5] : told;
  };

  // The trusts that fit, best first: the code typed, trusts of the regime, names that begin so, the rest.
  const find = (prepared, text) => {
    const folded = fold(text).replace(/^the /, ""), told = split(folded), joined = folded.replaceAll(" ", "");
    const typed = told.every(word => word.length === 1) ? [told.join("")] : told;
    if (!typed[0]) return [];
    const found = [];
    for (const { trust, names } of prepared) {
      if (trust.code.toLowerCase() === joined) { found.push({ trust, name: trust.name, kind: "code", wrong: 0, far: -9, begins: true }); continue; }
      let best;
      for (const one of names) {
        const how = further(fit(typed, joined, one), one, [0, 0.3]);
        if (how && (!best || nearer(how, [best.wrong, best.far]))) best = { trust, name: one.name, kind: one.kind, wrong: how[0], far: how[1], begins: one.folded.startsWith(folded) };
      }
      // A word of one of its names and a word of another, or of what kind of trust it is.
      if (!best && typed.length > 1) {
        const all = [...names, { words: trust.type.split(" "), initials: [letters(trust.type.split(" "))] }], how = sum(typed.map(word => all.reduce((one, name) => { const here = further(place(word, name), name, [1, 0]); return here && nearer(here, one) ? here : one; }, undefined)));
        if (how) best = { trust, name: trust.name, kind: "name", wrong: how[0], far: how[1], begins: false, parted: true };
      }
      if (best) found.push(best);
    }
    const least = Math.min(...found.map(one => one.wrong));
    const own = { site: 1, "took over": 2, area: 3 };
    const rank = one => [one.kind === "code" ? 0 : 1, one.parted ? 1 : 0, one.trust.years && one.kind !== "area" ? 0 : 1, Math.floor(2 * one.far), one.begins ? 0 : 1, own[one.kind] ?? 0, one.trust.type.startsWith("acute") ? 0 : 1, one.trust.closed ? 1 : 0, one.far];
    return found.filter(one => one.wrong === least).sort((a, b) => {
      const one = rank(a), other = rank(b), at = one.findIndex((value, place) => value !== other[place]);
      return at < 0 ? (a.trust.name < b.trust.name ? -1 : 1) : one[at] - other[at];
    });
  };
  // The trusts that all but one of the words fit, the shorter left out first.
  const allButOne = (prepared, text) => {
    const all = split(fold(text)), kept = all.map((_, at) => all.filter((_, other) => other !== at).join(" ")).sort((a, b) => b.length - a.length);
    return all.length < 2 ? [] : kept.map(words => find(prepared, words).filter(one => !one.wrong)).find(found => found.length) || [];
  };
  // The three that come nearest, when none fits: by all but one word, else by letters.
  const nearest = (prepared, text) => {
    const found = allButOne(prepared, text);
    if (found.length) return found.slice(0, NEAREST);
    const typed = split(fold(text)).sort((a, b) => b.length - a.length)[0] || "";
    const far = ({ names }) => Math.min(...names.flatMap(one => one.words.filter(word => !IDLE.has(word)).map(word => slips(typed, word, 99) / Math.max(typed.length, word.length, 1))));
    return prepared.map(one => [far(one), one]).sort((a, b) => a[0] - b[0] || (a[1].trust.years ? 0 : 1) - (b[1].trust.years ? 0 : 1)).slice(0, NEAREST)
      .map(([, { trust }]) => ({ trust, name: trust.name, kind: "name" }));
  };

  const named = trust => trust.short || trust.name.replace(/,? NHS (Foundation )?Trust$/, "");
  const why = { site: name => `${name} is one of its hospitals`, area: name => `serves ${name}`, "former name": name => `formerly ${name}`, "usual name": name => `known as ${name}`, "took over": name => `took over ${name}`, code: () => "this is its code", name: () => "" };
  const about = trust => [trust.years ? `in special measures ${trust.years}` : "never in special measures", trust.type, trust.closed ? `closed on ${trust.closed}` : "", trust.code].filter(Boolean).join(" · ");

  const make = (name, attributes, ...inside) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  };
  // A text box with a list below it (the combobox of the ARIA practices). choose: called with the trust.
  const combobox = (id, label, choose) => {
    const list = make("ul", { id: `${id}-list`, role: "listbox", "aria-label": label, hidden: "" });
    const box = make("input", { id, type: "text", role: "combobox", autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "go", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, "aria-describedby": `${id}-found` });
    const told = make("p", { id: `${id}-found`, class: "found", role: "status" });
    let prepared = [], shown = [], at = -1;
    const shut = () => { list.hidden = true; box.setAttribute("aria-expanded", "false"); box.removeAttribute("aria-activedescendant"); };
    const move = place => {
      at = place;
      [...list.children].forEach((option, here) => option.setAttribute("aria-selected", String(here === at)));
      if (at >= 0) { box.setAttribute("aria-activedescendant", list.children[at].id); list.children[at].scrollIntoView({ block: "nearest" }); } else box.removeAttribute("aria-activedescendant");
    };
    const take = one => { shut(); told.textContent = ""; choose(one.trust); };
    const open = () => {
      const text = box.value, all = find(prepared, text), near = !all.length && text.trim().length > 2;
      shown = near ? nearest(prepared, text) : all.slice(0, MOST);
      list.replaceChildren(...shown.map((one, place) => {
        const reason = why[one.kind](one.name), option = make("li", { id: `${id}-${place}`, role: "option", "aria-selected": "false" }, make("b", {}, named(one.trust)), make("span", {}, `${reason ? `${reason} · ` : ""}${about(one.trust)}`));
        option.addEventListener("pointerdown", event => event.preventDefault());
        option.addEventListener("click", () => take(one));
        return option;
      }));
      told.textContent = !text.trim() ? "" : near ? `No trust on this page matches “${text.trim()}”. These come nearest; all trusts of the regime are listed below.`
        : all.length > MOST ? `${all.length} trusts match. The first ${MOST} are shown: type more to narrow them.` : all.length === 1 ? "1 trust matches." : all.length ? `${all.length} trusts match.` : "Type on: no trust matches yet.";
      list.hidden = !shown.length;
      box.setAttribute("aria-expanded", String(!list.hidden));
      move(shown.length && !near ? 0 : -1);
    };
    const enter = () => { if (list.hidden) open(); if (at >= 0 && shown[at]) take(shown[at]); };
    box.addEventListener("input", open);
    box.addEventListener("blur", shut);
    box.addEventListener("focus", () => box.select());
    box.addEventListener("keydown", event => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        if (list.hidden) open(); else if (shown.length) move((at + step + shown.length) % shown.length);
      } else if (event.key === "Escape") { if (!list.hidden) { event.preventDefault(); shut(); } }
      else if (event.key === "Enter") { event.preventDefault(); enter(); }
    });
    const whole = make("div", { class: "finder" }, make("label", { for: id }, label), box, list, told);
    return { whole, box, enter, fill: entries => { prepared = entries; if (document.activeElement === box && box.value) open(); }, ask: text => { box.value = text; box.focus(); open(); return shown.length === 1 && at === 0 ? shown[0].trust : undefined; }, say: text => { box.value = text; shut(); told.textContent = ""; } };
  };
  return { prepare, find, nearest, combobox, named };
})();
