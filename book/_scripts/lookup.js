// Look up a trust: reads the files in lookup-data/, draws them and says them. Computes nothing; lookup-find.js finds.
(() => {
  "use strict";
  const root = document.getElementById("lookup");
  if (!root) return;
  const source = root.dataset.source;
  const SVG = "http://www.w3.org/2000/svg";
  const LIGHT = { back: "#ffffff", ink: "#1f2937", grey: "#5b6472", line: "#9ca3af", blue: "#005eb8", orange: "#b45309", band: "#d1d5db", regime: "#fdf0d5" };
  const DARK = { back: "#121212", ink: "#f3f4f6", grey: "#cbd5e1", line: "#9ca3af", blue: "#7cc4ff", orange: "#fdba74", band: "#4b5563", regime: "#33240a" };

  // Small helpers for elements, numbers and files.
  const el = (name, attributes = {}, ...inside) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  };
  const mark = (name, attributes, text) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, typeof value === "number" ? +value.toFixed(2) : value);
    if (text !== undefined) made.textContent = text;
    return made;
  };
  // Each file is a script that hands over its content, since a page opened from disk can run one and fetch none.
  const missing = path => Object.assign(new Error(`There is no file ${source}${path}.js in this copy of the report.`), { status: 404 });
  const handed = new Map();
  window.lookupFile = (path, content) => handed.set(path, content);
  const fromDisk = path => new Promise((done, failed) => {
    const script = el("script", { src: `${source}${path}.js` });
    script.onload = () => {
      script.remove();
      if (handed.has(path)) done(handed.get(path)); else failed(new Error(`The file ${source}${path}.js is not whole.`));
    };
    script.onerror = () => { script.remove(); failed(missing(path)); };
    document.head.append(script);
  });
  const fromHost = async path => {
    const where = `${source}${path}.js`;
    const unheard = () => { throw new Error(navigator.onLine ? `The host did not hand over ${where}.` : "This device is offline. What was opened before still works."); };
    const answer = await fetch(where).catch(unheard);
    if (answer.status === 404) throw missing(path);
    if (!answer.ok) throw new Error(`The host answered ${answer.status} for ${where}.`);
    const text = await answer.text().catch(unheard);
    try { return JSON.parse(text.slice(text.indexOf(",") + 1, text.lastIndexOf(")"))); } catch { throw new Error(`The file ${where} is not whole.`); }
  };
  const files = new Map();
  const file = path => {
    if (!files.has(path)) {
      const loading = location.protocol === "file:" ? fromDisk(path) : fromHost(path);
      loading.catch(() => files.delete(path));
      files.set(path, loading);
    }
    return files.get(path);
  };
  // As analysis.present.number: digits and marks of the unit, ties to the even digit, a real minus.
  const bare = (value, digits) => {
    const size = Math.abs(value), exact = size.toFixed(Math.min(100, digits + 40));
    const rest = exact.slice(exact.indexOf(".") + 1 + digits);
    let text = size.toFixed(digits);
    if (/^50*$/.test(rest)) {
      const cut = exact.slice(0, exact.length - rest.length).replace(/\.$/, "");
      if (Number(cut.at(-1)) % 2 === 0) text = cut;
    }
    const [whole, part] = text.split(".");
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? `.${part}` : "");
    return { grouped, negative: value < 0 && Number(text) !== 0 };
  };
  const number = (value, unit) => {
    if (value === null || value === undefined) return "..";
    const { digits, before, after, scale } = index.units[unit], { grouped, negative } = bare(scale * value, digits);
    return `${negative ? "−" : ""}${before}${grouped}${after}`;
  };
  const interval = (low, high, unit) => {
    const after = index.units[unit].after, first = number(low, unit);
    return `${after && first.endsWith(after) ? first.slice(0, -after.length) : first} to ${number(high, unit)}`;
  };
  const fill = (words, parts) => words.replace(/\{(\w*)\}/g, (_, key) => parts[key || 0]);

  let index, shown, asked = 0, drawn = 0;
  const dark = () => document.documentElement.dataset.theme === "dark";

  // What the address asks for, and what it says after a choice.
  const wanted = () => {
    const query = new URLSearchParams(location.search);
    const code = key => (query.get(key) || "").trim().toUpperCase();
    return { trust: code("trust"), indicator: query.get("indicator") || "", period: query.get("period"), with: code("with") };
  };
  const go = changes => {
    const next = { ...wanted(), period: null, ...changes }, query = new URLSearchParams();
    for (const key of KEYS) if (next[key]) query.set(key, next[key]);
    if (`?${query}` !== location.search) history.pushState(null, "", `?${query}`);
    return show(true);
  };
  const KEYS = ["trust", "indicator", "period", "with"];
  const address = changes => {
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries({ ...wanted(), period: null, ...changes })) if (value) query.set(key, value);
    return `?${query}`;
  };
  const link = (words, changes) => {
    const made = el("a", { href: address(changes) }, words);
    made.addEventListener("click", event => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      go(changes);
    });
    return made;
  };

  // The form: a box that finds a trust, the measures, and below them what was chosen.
  const finder = lookupFind.combobox("lookup-trust", "Which trust or hospital?", trust => go({ trust: trust.code }));
  const second = lookupFind.combobox("lookup-with", "Compare with which trust?", trust => go({ with: trust.code }));
  const chosen = el("select", { id: "lookup-indicator" });
  const measure = el("div", { hidden: "" }, el("label", { for: "lookup-indicator" }, "Measure"), chosen);
  const form = el("form", { role: "search", "aria-label": "Look up a trust" }, finder.whole, el("button", { type: "submit" }, "Show"), measure);
  const fault = el("div", { id: "lookup-fault", class: "fault", role: "alert" });
  const head = el("h2", { id: "lookup-title", tabindex: "-1", hidden: "" });
  const says = el("p", { id: "lookup-says", role: "status" });
  const result = el("div", { id: "lookup-result" });
  form.addEventListener("submit", event => { event.preventDefault(); finder.box.focus(); finder.enter(); });
  chosen.addEventListener("change", () => go({ indicator: chosen.value }).then(() => chosen.focus()));

  // Scales and axes that both pictures share.
  const nice = (low, high, about) => {
    const step0 = (high - low || Math.abs(high) || 1) / about, power = 10 ** Math.floor(Math.log10(step0));
    const step = [1, 2, 2.5, 5, 10].map(times => times * power).find(one => one >= step0);
    const first = Math.floor(low / step + 1e-9) * step, ticks = [];
    for (let at = first; at < high + step * 0.999 || ticks.length < 2; at += step) ticks.push(+at.toPrecision(12)); // all zero: one step
    return { ticks, step };
  };
  const frame = (width, low, high, unit, words, colours, extra) => {
    const height = (width < 480 ? 260 : 340) + extra.above + extra.below, times = index.units[unit].scale, { ticks, step } = nice(times * low, times * high, width < 480 ? 4 : 6);
    const digits = Math.max(0, Math.min(4, Math.ceil(-Math.log10(step) - 1e-9) + (/[.]?25/.test(String(step)) && step < 10 && !Number.isInteger(step) ? 1 : 0)));
    const names = ticks.map(tick => { const { grouped, negative } = bare(tick, digits); return (negative ? "−" : "") + grouped + (unit === "percent" ? "%" : ""); });
    const left = 12 + 7.2 * Math.max(...names.map(name => name.length)), top = 46 + extra.above, bottom = height - 46 - extra.below, right = width - 14;
    const y = value => bottom - (times * value - ticks[0]) / (ticks.at(-1) - ticks[0]) * (bottom - top);
    const drawing = mark("svg", { xmlns: SVG, viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "font-family": "system-ui, sans-serif", "font-size": 12 });
    drawing.append(mark("rect", { width, height, fill: colours.back }));
    const grid = mark("g", { "aria-hidden": "true" });
    ticks.forEach((tick, at) => {
      grid.append(mark("line", { x1: left, x2: right, y1: y(tick / times), y2: y(tick / times), stroke: colours.line, "stroke-width": 0.5, opacity: 0.6 }));
      grid.append(mark("text", { x: left - 6, y: y(tick / times) + 4, "text-anchor": "end", fill: colours.grey }, names[at]));
    });
    [words, ticks[0] > 0 ? "The axis does not start at zero." : ""].forEach((line, at) => grid.append(mark("text", { x: 4, y: 14 + extra.above + 15 * at, fill: colours.ink }, line)));
    return { drawing, grid, y, left, right, top, bottom, width, height, from: ticks[0] / times };
  };
  // On the page a picture points to the sentence that stands there; a kept one holds it.
  const named = (drawing, title, text, where) => {
    const id = `drawn${++drawn}`;
    drawing.prepend(mark("title", { id: `${id}t` }, title));
    if (!where) drawing.firstChild.after(mark("desc", { id: `${id}d` }, text));
    drawing.setAttribute("aria-labelledby", `${id}t`);
    drawing.setAttribute("aria-describedby", where || `${id}d`);
  };
  const wrap = (text, most) => text.split(" ").reduce((lines, word) => {
    if (lines.length && (lines.at(-1) + " " + word).length <= most) lines[lines.length - 1] += " " + word; else lines.push(word);
    return lines;
  }, []);
  // A picture to keep says by itself what it is and where it is from.
  const framed = (width, kept, colours, title, credit) => {
    const lines = kept ? wrap(title, width / 9) : [], foot = kept ? wrap(credit, width / 6) : [];
    const write = plot => {
      lines.forEach((line, at) => plot.drawing.append(mark("text", { x: 4, y: 18 + 18 * at, fill: colours.ink, "font-size": 15, "font-weight": 600 }, line)));
      foot.forEach((line, at) => plot.drawing.append(mark("text", { x: 4, y: plot.height - 15 * (foot.length - at) + 9, fill: colours.grey, "font-size": 11 }, line)));
    };
    return { above: 18 * lines.length + (lines.length ? 8 : 0), below: 15 * foot.length + (foot.length ? 6 : 0), write };
  };
  const triangle = (x, y, way, size) => `M${x - size} ${y + way * size * 0.8}L${x + size} ${y + way * size * 0.8}L${x} ${y - way * size}Z`;
  // Signals come as one letter a period: capitals point up, the letter is the rule. Gaps come by reason.
  const signalAt = (one, at) => {
    const sign = one.g[at];
    if (sign === ".") return undefined;
    const up = sign < "a", rule = sign.toLowerCase().charCodeAt(0) - 97;
    return { way: up ? 1 : -1, words: index.signals[up ? "up" : "down"][rule] };
  };
  const absences = one => new Map(Object.entries(one.x).flatMap(([why, places]) => places.map(at => [at, why])));
  const letter = at => String.fromCharCode(65 + at);
  const credit = one => `Source: ${one.publisher}, ${one.publication} (${one.status}).`;

  // The control chart.
  const drawChart = (width, colours, kept = false) => {
    const { about, one, trust, words } = shown, n = one.v.length;
    const limited = one.s.filter(cut => cut.centre !== null), values = one.v.filter(value => value !== null);
    const most = about.unit === "percent" && Math.max(...values) <= 100 ? 100 : Infinity;
    const low = Math.max(0, Math.min(...values, ...limited.map(cut => cut.lower))), high = Math.min(most, Math.max(...values, ...limited.map(cut => cut.upper)));
    const extra = framed(width, kept, colours, `${about.title}, ${trust.name}`, credit(about));
    const plot = frame(width, low, high, about.unit, axis(about), colours, extra);
    const { drawing, y, left, right, top, bottom } = plot, step = (right - left) / n, x = at => left + (at + 0.5) * step;
    const inside = value => y(Math.min(most, Math.max(0, value)));
    one.s.forEach((cut, at) => {
      const from = x(cut.start) - step / 2, to = x(cut.stop) + step / 2;
      if (cut.phase === "in special measures") drawing.append(mark("rect", { x: from, y: top, width: to - from, height: bottom - top, fill: colours.regime, class: "in-force" }));
      if (cut.centre !== null) drawing.append(mark("rect", { x: from, y: inside(cut.upper), width: to - from, height: Math.max(0, inside(cut.lower) - inside(cut.upper)), fill: colours.band, opacity: 0.5, class: "limits" }));
      if (cut.phase === "in special measures") drawing.append(mark("rect", { x: from, y: top - 2, width: to - from, height: 5, fill: colours.orange }));
      if (at) drawing.append(mark("line", { x1: from, x2: from, y1: top - 14, y2: bottom, stroke: colours.ink, "stroke-width": 1, "stroke-dasharray": "4 3" }));
      if (one.s.length > 1) drawing.append(mark("text", { x: from + 4, y: top - 3, fill: colours.ink, "font-weight": 600 }, letter(at)));
      if (cut.phase === "in special measures" && to - from > 150) drawing.append(mark("text", { x: from + 18, y: top - 3, fill: colours.ink }, cut.phase));
    });
    drawing.append(plot.grid);
    for (const cut of limited) {
      const from = x(cut.start) - step / 2, to = x(cut.stop) + step / 2;
      drawing.append(mark("line", { x1: from, x2: to, y1: y(cut.centre), y2: y(cut.centre), stroke: colours.ink, "stroke-width": 1.5, class: "mean" }));
      for (const edge of [cut.lower, cut.upper]) if (edge >= 0 && edge <= most) drawing.append(mark("line", { x1: from, x2: to, y1: y(edge), y2: y(edge), stroke: colours.grey, "stroke-width": 1, "stroke-dasharray": cut.provisional ? "2 3" : "none" }));
    }
    let path = "", gap = true;
    one.v.forEach((value, at) => { if (value === null) gap = true; else { path += `${gap ? "M" : "L"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`; gap = false; } });
    drawing.append(mark("path", { d: path, fill: "none", stroke: colours.grey, "stroke-width": 1 }));
    const size = Math.max(1.8, Math.min(3.6, step * 0.42)), gaps = absences(one);
    one.v.forEach((value, at) => {
      const signal = signalAt(one, at), cut = one.s.find(found => found.stop >= at);
      let made;
      if (value === null) made = mark("path", { d: `M${x(at) - 2.5} ${bottom - 6}l5 5m0 -5l-5 5`, stroke: colours.grey, "stroke-width": 1.2, class: "gap" });
      else if (signal) {
        const colour = about.better === 0 ? colours.ink : signal.way === about.better ? colours.blue : colours.orange;
        made = mark("path", { d: triangle(x(at), y(value), signal.way, size * 1.45), fill: colour, class: "signal" });
      } else made = mark("circle", { cx: x(at), cy: y(value), r: size, fill: cut.centre === null ? colours.back : colours.grey, stroke: colours.grey, class: "point" });
      made.append(mark("title", {}, `${words[at]}: ${value === null ? gaps.get(at) : number(value, about.unit)}${signal ? `, ${signal.words}` : ""}`));
      drawing.append(made);
    });
    years(plot, words, x, colours, about.grain);
    extra.write(plot);
    named(drawing, `${about.title}, ${trust.name}: control chart`, one.sentence, kept ? "" : "lookup-says");
    return drawing;
  };
  // The years below a chart, each at its own first period.
  const years = ({ drawing, left, right, bottom }, words, x, colours, grain) => {
    let lastYear = "", lastX = -99;
    words.forEach((name, at) => {
      const year = name.match(/\d{4}/)?.[0];
      if (year === lastYear) return;
      lastYear = year;
      if (at === 0 && words.length > 40) return; // the first year is rarely whole
      drawing.append(mark("line", { x1: x(at), x2: x(at), y1: bottom, y2: bottom + 4, stroke: colours.grey }));
      if (x(at) - lastX < 40 || x(at) > right - 8) return;
      lastX = x(at);
      drawing.append(mark("text", { x: x(at), y: bottom + 17, "text-anchor": "middle", fill: colours.grey }, year));
    });
    drawing.append(mark("text", { x: (left + right) / 2, y: bottom + 36, "text-anchor": "middle", fill: colours.ink }, { month: "Month", quarter: "Quarter", year: "Year", winter: "Winter, by the year it begins in", "financial year": "Financial year, from April" }[grain]));
  };

  // Two trusts on one measure: filled circles and a whole line against open squares and dashes, spells as bars above.
  const drawTwo = (width, colours, kept = false) => {
    const { about, grain, two } = shown, tints = [colours.blue, colours.orange];
    const from = Math.min(...two.map(one => one.start)), to = Math.max(...two.map(one => one.start + one.series.v.length)), n = to - from;
    const values = two.flatMap(one => one.series.v).filter(value => value !== null);
    const extra = framed(width, kept, colours, `${about.title}: ${two.map(one => lookupFind.named(one.trust)).join(" and ")}`, credit(about)), above = extra.above;
    const plot = frame(width, Math.min(...values), Math.max(...values), about.unit, axis(about), colours, { ...extra, above: above + 52 });
    const { drawing, y, left, right, bottom } = plot, step = (right - left) / n, x = at => left + (at + 0.5) * step;
    plot.grid.querySelectorAll("text[x='4']").forEach((line, at) => line.setAttribute("y", above + 14 + 15 * at));
    drawing.append(plot.grid);
    const size = Math.max(2, Math.min(4, step * 0.42)), square = (at, up, r) => `M${at - r} ${up - r}h${2 * r}v${2 * r}h${-2 * r}Z`;
    two.forEach((one, which) => {
      const tint = tints[which], row = above + 50 + 24 * which, point = (at, up, r, name) => which
        ? mark("path", { d: square(at, up, r), fill: colours.back, stroke: tint, "stroke-width": 1.5, class: name }) : mark("circle", { cx: at, cy: up, r, fill: tint, class: name });
      drawing.append(point(10, row - 4, 4, "key"), mark("text", { x: 20, y: row, fill: tint, "font-weight": 600 }, lookupFind.named(one.trust)));
      for (const [first, last] of one.held.regime?.ends || []) {
        const [start, stop] = [first, last].map(day => left + Math.max(0, Math.min(n, place(day, grain, from, about.grain))) * step);
        if (stop > start) drawing.append(mark("rect", { x: start, y: row + 4, width: stop - start, height: 5, fill: tint, class: "spell" }));
      }
      let path = "", gap = true;
      one.series.v.forEach((value, at) => { if (value === null) gap = true; else { path += `${gap ? "M" : "L"}${x(one.start - from + at).toFixed(1)} ${y(value).toFixed(1)}`; gap = false; } });
      drawing.append(mark("path", { d: path, fill: "none", stroke: tint, "stroke-width": 1.5, "stroke-dasharray": which ? "5 3" : "none" }));
      one.series.v.forEach((value, at) => {
        if (value === null || (n > 60 && at % Math.ceil(n / 40))) return; // marks of many months would run together
        const made = point(x(one.start - from + at), y(value), size, "point");
        made.append(mark("title", {}, `${lookupFind.named(one.trust)}, ${grain.words[one.start + at]}: ${number(value, about.unit)}`));
        drawing.append(made);
      });
    });
    years(plot, grain.words.slice(from, to), x, colours, about.grain);
    extra.write(plot);
    named(drawing, `${about.title}: ${two.map(one => one.trust.name).join(" and ")}`, shown.twoSays, kept ? "" : "lookup-two-says");
    return drawing;
  };
  // Where a day lies among the periods of a grain, counted in periods from the first that is drawn.
  const place = (day, grain, from, kind) => {
    const each = { month: 1 / 12, quarter: 1 / 4, year: 1, winter: 1, "financial year": 1 }[kind], key = grain.keys[from];
    const first = Number(key.slice(0, 4)) + (kind === "month" ? (Number(key.slice(5)) - 1) / 12 : kind === "quarter" ? (Number(key.at(-1)) - 1) / 4 : kind === "winter" ? 11 / 12 : kind === "financial year" ? 3 / 12 : 0);
    return (Number(day.slice(0, 4)) + (Number(day.slice(5, 7)) - 1 + (Number(day.slice(8)) - 1) / 31) / 12 - first) / each;
  };
  const axis = about => { const { name } = index.units[about.unit]; return `${name[0].toUpperCase() + name.slice(1)}; ${about.direction}`; };

  // The place among peers: a funnel by size, or all values in order.
  const drawPeers = (width, colours, kept = false) => {
    const { about, trust } = shown, { group, period, sentence } = shown.peers, funnel = group.kind === "funnel";
    const mine = group.codes.indexOf(trust.code), curve = group.curve;
    const order = group.v.map((_, at) => at).sort((a, b) => group.v[a] - group.v[b]);
    const place = new Map(order.map((at, rank) => [at, rank + 1]));
    const sizes = funnel ? group.d : group.codes.map((_, at) => place.get(at));
    const edges = funnel ? [...curve.od_ll95.slice(-20), ...curve.od_ul95.slice(-20)] : [];
    const cap = about.unit === "percent" && Math.max(...group.v) <= 100 ? 100 : Infinity;
    const floor = Math.min(0, ...group.v), low = Math.max(floor, Math.min(...group.v, ...edges)), high = Math.min(cap, Math.max(...group.v, ...edges));
    const extra = framed(width, kept, colours, `${about.title}, ${period.words}: ${trust.name} among ${group.codes.length} ${trust.type} trusts`, credit(about));
    const plot = frame(width, low, high, about.unit, axis(about), colours, extra);
    const { drawing, y, left, right, top, bottom, from } = plot, last = Math.max(...sizes), x = size => left + size / last * (right - left - 8);
    const clip = value => Math.max(top - 12, Math.min(bottom, y(Math.max(from, value))));
    if (!funnel) drawing.append(mark("rect", { x: left, width: right - left, y: y(group.spread[4]), height: Math.max(1, y(group.spread[0]) - y(group.spread[4])), fill: colours.band, class: "limits" }));
    drawing.append(plot.grid);
    if (funnel) {
      for (const [level, dash] of [["95", "none"], ["998", "5 3"]]) for (const side of ["ll", "ul"]) {
        const points = curve.size.map((size, at) => `${x(size).toFixed(1)} ${clip(curve[`od_${side}${level}`][at]).toFixed(1)}`);
        drawing.append(mark("path", { d: `M${points.join("L")}`, fill: "none", stroke: colours.ink, "stroke-width": 1, "stroke-dasharray": dash, class: "funnel" }));
      }
      drawing.append(mark("line", { x1: left, x2: right, y1: y(group.target), y2: y(group.target), stroke: colours.grey }));
      const ends = nice(0, last, width < 480 ? 3 : 5).ticks.filter(tick => tick <= last);
      for (const tick of ends) drawing.append(mark("text", { x: x(tick), y: bottom + 17, "text-anchor": "middle", fill: colours.grey }, bare(tick, Number.isInteger(tick) ? 0 : 1).grouped));
    }
    group.codes.forEach((code, at) => {
      if (at === mine) return;
      const made = mark("circle", { cx: x(sizes[at]), cy: y(group.v[at]), r: 2.6, fill: colours.line, class: "peer" });
      made.append(mark("title", {}, `${name(code)}: ${number(group.v[at], about.unit)}`));
      drawing.append(made);
    });
    if (mine >= 0) {
      const at = [x(sizes[mine]), y(group.v[mine])], end = at[0] > (left + right) / 2;
      drawing.append(mark("path", { d: `M${at[0]} ${at[1] - 7}l7 7l-7 7l-7 -7Z`, fill: colours.orange, stroke: colours.back, "stroke-width": 1.5, class: "chosen" }));
      drawing.append(mark("text", { x: at[0] + (end ? -11 : 11), y: at[1] + 4, "text-anchor": end ? "end" : "start", fill: colours.ink, "font-weight": 600, stroke: colours.back, "stroke-width": 3, "paint-order": "stroke" }, trust.code));
    }
    const under = funnel ? `Size: ${about.counts[1].replaceAll("_", " ")}` : "Trusts, lowest figure first; band: middle four fifths";
    drawing.append(mark("text", { x: (left + right) / 2, y: bottom + 36, "text-anchor": "middle", fill: colours.ink }, under));
    extra.write(plot);
    named(drawing, `${about.title}, ${period.words}: ${trust.name} among its peers`, sentence, kept ? "" : "lookup-place");
    return drawing;
  };
  const name = code => index.trusts.find(one => one.code === code)?.name || code;
  const placeWords = (about, trust, group, period) => {
    const at = group.codes.indexOf(trust.code), funnel = group.kind === "funnel", rank = group.rank[at];
    const others = group.rank.filter(one => one === rank).length - 1;
    return fill(index.places[group.kind], {
      period: period.words, name: trust.name, value: number(group.v[at], about.unit), where: (funnel ? index.bands : index.tenths)[group.band[at]],
      of: String(group.codes.length), type: trust.type, rank: rank + (others ? fill(index.shared, [others]) : ""), first: about.first,
      centre: number(group.target, about.unit), half: interval(group.spread[1], group.spread[3], about.unit),
    });
  };

  // Tables, files to keep.
  const tabled = (caption, columns, rows) => {
    const head = columns.map(([words, kind]) => el("th", { scope: "col", role: "columnheader", class: kind }, words));
    const cell = (inside, at) => el(at ? "td" : "th", { ...(at ? { role: "cell", "data-label": columns[at][0] } : { scope: "row", role: "rowheader" }), class: columns[at][1] }, inside ?? "..");
    const body = rows.map(row => el("tr", { role: "row" }, ...row.map(cell)));
    const table = el("table", { class: `result ${columns.length > 3 ? "cards-m" : "cards-s"}`, role: "table" }, el("caption", {}, el("span", {}, caption)), el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...head)), el("tbody", { role: "rowgroup" }, ...body));
    return el("div", { class: "table-box" }, table);
  };
  // The last line says where all is from.
  const csv = rows => [...rows, [`${credit(shown.about)} ${title}, ${location.href}`]].map(row => row.map(window.cells.written).join(",")).join("\n") + "\n";
  const save = (blob, title) => {
    const link = el("a", { href: URL.createObjectURL(blob), download: title });
    root.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  // Painted mark by mark: under a strict policy no page may load an image that it made itself.
  const paint = (drawing, brush) => {
    for (const one of drawing.querySelectorAll("rect, line, path, circle, text")) {
      const at = name => Number(one.getAttribute(name)), set = (name, usual) => one.closest(`[${name}]`)?.getAttribute(name) ?? usual;
      const fill = one.tagName === "line" ? "none" : set("fill", "#000000"), stroke = set("stroke", "none"), shape = new Path2D(one.getAttribute("d") ?? "");
      Object.assign(brush, { globalAlpha: Number(one.getAttribute("opacity") ?? 1), lineWidth: Number(set("stroke-width", 1)), fillStyle: fill, strokeStyle: stroke });
      brush.setLineDash(set("stroke-dasharray", "").match(/[\d.]+/g)?.map(Number) ?? []);
      if (one.tagName === "text") {
        Object.assign(brush, { font: `${set("font-weight", 400)} ${set("font-size")}px ${set("font-family")}`, textAlign: { middle: "center", end: "right" }[set("text-anchor")] ?? "left" });
        if (stroke !== "none") brush.strokeText(one.textContent, at("x"), at("y"));
        brush.fillText(one.textContent, at("x"), at("y"));
        continue;
      }
      if (one.tagName === "rect") shape.rect(at("x"), at("y"), at("width"), at("height"));
      if (one.tagName === "circle") shape.arc(at("cx"), at("cy"), at("r"), 0, 2 * Math.PI);
      if (one.tagName === "line") { shape.moveTo(at("x1"), at("y1")); shape.lineTo(at("x2"), at("y2")); }
      if (fill !== "none") brush.fill(shape);
      if (stroke !== "none") brush.stroke(shape);
    }
  };
  const picture = (draw, title, kind) => {
    const drawing = draw(900, LIGHT, true), text = new XMLSerializer().serializeToString(drawing);
    const blob = new Blob([text], { type: "image/svg+xml" });
    if (kind === "svg") return save(blob, `${title}.svg`);
    const canvas = el("canvas", { width: 1800, height: 2 * Number(drawing.getAttribute("height")) }), brush = canvas.getContext("2d");
    brush.scale(2, 2);
    paint(drawing, brush);
    canvas.toBlob(made => save(made, `${title}.png`), "image/png");
  };
  const actions = (what, draw, rows, title) => {
    const button = (words, act) => { const made = el("button", { type: "button" }, words); made.addEventListener("click", act); return made; };
    return el("div", { class: "actions", role: "group", "aria-label": `Keep ${what}` },
      button("Numbers (CSV)", () => save(new Blob(["\ufeff", csv(rows())], { type: "text/csv" }), `${title}.csv`)),
      button("Picture (SVG)", () => picture(draw, title, "svg")), button("Picture (PNG)", () => picture(draw, title, "png")), button("Copy the link", share));
  };
  // Copies the address; where a page may not (from disk, without leave), shows it to be copied by hand.
  const share = async event => {
    const button = event.currentTarget, group = button.parentElement;
    group.querySelector(".address")?.remove();
    const told = el("p", { class: "address", role: "status" });
    group.append(told);
    try { await navigator.clipboard.writeText(location.href); told.append("The link is copied."); } catch {
      const shown = el("input", { type: "text", readonly: "", "aria-label": "Link to this answer", value: location.href });
      told.append(shown);
      shown.focus();
      shown.select();
    }
  };
  const chartRows = () => {
    const { about, one, words } = shown, counts = one.d ? about.counts : [];
    const gaps = absences(one);
    return [["period", ...counts, "value", "mean", "lower", "upper", "signal", "stretch", "why missing"], ...one.v.map((value, at) => {
      const cut = one.s.find(found => found.stop >= at);
      return [words[at], ...(one.d ? [one.n[at], one.d[at]] : []), value, cut.centre, cut.lower, cut.upper, signalAt(one, at)?.words, cut.label, gaps.get(at)];
    })];
  };
  const twoRows = () => {
    const { two, grain } = shown, from = Math.min(...two.map(one => one.start)), to = Math.max(...two.map(one => one.start + one.series.v.length));
    return [["period", ...two.map(one => `${one.trust.code} ${one.trust.name}`)], ...grain.words.slice(from, to).map((when, at) => [when, ...two.map(one => one.series.v[from + at - one.start])])];
  };
  const peerRows = () => {
    const { about, peers: { group } } = shown;
    return [["code", "trust", "value", "rank", "where", ...(group.d ? [about.counts[1]] : [])], ...group.codes.map((code, at) => [code, name(code), group.v[at], group.rank[at], (group.d ? index.bands : index.tenths)[group.band[at]], ...(group.d ? [group.d[at]] : [])])];
  };

  // The page: chart, then peers.
  const showChart = () => {
    const { about, one, trust, words, held } = shown, unit = about.unit;
    const slot = el("div", { class: "drawing", id: "lookup-chart" });
    const letters = one.s.length > 1;
    const list = el("ul", {}, ...one.s.map((cut, at) => el("li", {}, `${letters ? `${letter(at)}: ` : ""}${cut.label}; ${cut.points} ${cut.points === 1 ? "value" : "values"}; ` +
      (cut.centre === null ? `no limits: ${cut.reason}.` : `mean ${number(cut.centre, unit)}, limits ${interval(cut.lower, cut.upper, unit)}${cut.provisional ? " (provisional)" : ""}; ${cut.signals} ${cut.signals === 1 ? "signal" : "signals"}.`))));
    const dates = held.events.filter(event => event.kind === "merged").map(event => `${event.day}: ${event.words}`);
    const colours = about.better === 0 ? "Neither direction is better, so triangles are not coloured." : "Blue is the better direction, orange the worse.";
    const key = el("p", { class: "quiet" }, `Line: mean. Grey band: limits (dotted: provisional). Triangle: a signal, pointing its way. ${colours} Hollow point: no limits. Cross at the foot: no figure. ${one.s.some(cut => cut.phase === "in special measures") ? "Bar at the top and shading: in special measures." : ""}`);
    const rows = chartRows(), at = rows[0].indexOf("value");
    const body = rows.slice(1).map((row, place) => {
      const cut = one.s.find(found => found.stop >= place); // two stretches may have one label
      return [row[0], row[at] === null ? row[at + 6] : number(row[at], unit), ...(at > 1 ? [plain(row[1]), plain(row[2])] : []), number(row[at + 1], unit), number(row[at + 2], unit), number(row[at + 3], unit), cut.reason ? `no limits: ${cut.reason}` : row[at] === null ? "" : row[at + 4] || "no signal", row[at + 5]];
    }).reverse();
    const columns = [["Period"], [`Figure`, "number"], ...(at > 1 ? about.counts.map(count => [count.replaceAll("_", " "), "number"]) : []), ["Mean", "number"], ["Lower limit", "number"], ["Upper limit", "number"], ["Signal"], ["Stretch"]];
    const status = about.status === "official statistics" ? "" : ` (${about.status})`;
    result.append(
      el("figure", {}, slot), actions("this chart", drawChart, chartRows, `${trust.code}-${about.key}`), compare(), key, list,
      ...(dates.length ? [el("p", {}, `It changed by merger. ${dates.join("; ")}.`)] : []),
      el("p", { class: "quiet" }, about.definition + "."),
      el("p", { class: "quiet" }, `To know: ${about.breaks}. Source: `, el("a", { href: about.page }, `${about.publisher}, ${about.publication}`), `${status}; data to ${about.to}.`),
      el("details", {}, el("summary", {}, "The chart as a table"), tabled(`${about.title}, ${trust.name}; ${axis(about).toLowerCase()}`, columns, body)));
  };
  // A second trust beside the first.
  const press = (words, act) => { const made = el("button", { type: "button" }, words); made.addEventListener("click", act); return made; };
  const compare = () => {
    const part = el("div", { id: "lookup-two" });
    const ask = press("+ Compare with another trust", () => { part.replaceChildren(second.whole); second.say(""); second.box.focus(); });
    if (!wanted().with) part.append(ask);
    return part;
  };
  const showTwo = async code => {
    const { about, trust, one, held, grain } = shown, part = document.getElementById("lookup-two"), mine = asked;
    const other = index.trusts.find(found => found.code === code), drop = () => go({ with: null });
    second.say(other ? lookupFind.named(other) : code);
    part.append(second.whole);
    if (!other || code === trust.code) { part.append(el("p", { class: "fault" }, other ? "That is the same trust. Choose another." : `No trust on this page has the code “${code}”.`)); return; }
    const theirs = await file(`trusts/${code}`);
    if (mine !== asked) return;
    const series = theirs.indicators[about.key];
    if (!series) { part.append(el("p", { class: "fault" }, `${about.title} at ${other.name}: there is nothing to compare. ${theirs.without[about.key]}`), press("Remove", drop)); return; }
    shown.two = [{ trust, series: one, held }, { trust: other, series, held: theirs }].map(each => ({ ...each, start: grain.keys.indexOf(each.series.first) }));
    const rows = twoRows(), both = rows.slice(1).filter(row => typeof row[1] === "number" && typeof row[2] === "number"), names = shown.two.map(each => lookupFind.named(each.trust));
    const last = both.at(-1), higher = last && last[1] !== last[2] ? names[last[1] > last[2] ? 0 : 1] : "";
    shown.twoSays = last ? `In ${last[0]}, the last period with both, ${names[0]} stood at ${number(last[1], about.unit)} and ${names[1]} at ${number(last[2], about.unit)}${higher ? `; ${higher} was higher` : ""} (${about.direction}). ${names[0]} was higher in ${both.filter(row => row[1] > row[2]).length} of ${both.length} periods.` : "There is no period with a figure of both.";
    const body = rows.slice(1).map(row => [row[0], number(row[1], about.unit), number(row[2], about.unit)]).reverse();
    part.append(el("h3", {}, `${names[0]} and ${names[1]}`), el("p", { id: "lookup-two-says", role: "status" }, shown.twoSays), el("figure", {}, el("div", { class: "drawing", id: "lookup-both" })),
      el("p", { class: "quiet" }, "Filled circles and whole line: the first trust. Open squares and dashes: the second. A bar below a name: its time in special measures."),
      el("details", {}, el("summary", {}, "Both as a table"), tabled(`${about.title}: ${names.join(" and ")}; ${about.direction}`, [["Period"], [names[0], "number"], [names[1], "number"]], body)),
      actions("both trusts", drawTwo, twoRows, `${trust.code}-${code}-${about.key}`),
      el("div", { class: "actions" }, press("Swap the two", () => go({ trust: code, with: trust.code })), press(`Remove ${names[1]}`, drop)));
    draw();
  };
  const plain = value => (value === null ? ".." : bare(value, Number.isInteger(value) ? 0 : 1).grouped);
  const showPeers = async period => {
    const { about, one, trust, grain } = shown, start = grain.keys.indexOf(one.first), mine = asked;
    const choice = el("select", { id: "lookup-period" });
    one.v.forEach((value, at) => { if (value !== null) choice.prepend(el("option", { value: grain.keys[start + at] }, grain.words[start + at])); });
    const fits = [...choice.options].some(option => option.value === period), key = fits ? period : grain.keys[start + one.last];
    choice.value = key;
    choice.addEventListener("change", () => go({ trust: trust.code, indicator: about.key, period: choice.value }).then(() => document.getElementById("lookup-period")?.focus()));
    const part = el("div", { id: "lookup-peers" }), words = grain.words[grain.keys.indexOf(key)];
    result.append(el("h3", {}, `Its place among ${trust.type} trusts`), el("div", { class: "peers-period" }, el("label", { for: "lookup-period" }, "Period compared"), choice), part);
    if (period && !fits) part.append(el("p", { class: "fault" }, `There is no figure of this trust for “${period}”; the last one is shown.`));
    let group;
    try { group = (await file(`peers/${about.key}/${key}`))[trust.type]; } catch (error) { if (error.status !== 404) throw error; }
    if (mine !== asked && !part.isConnected) return;
    if (!group) { part.append(el("p", {}, one.place && key === grain.keys[start + one.last] ? one.place : "Fewer than three trusts of its type have a figure in that period, so there is no place among peers.")); return; }
    const sentence = key === grain.keys[start + one.last] ? one.place : placeWords(about, trust, group, { words });
    shown.peers = { group, period: { key, words }, sentence };
    const how = group.kind === "funnel" ? "Each point is a trust; the solid lines are 95% limits, the dashed lines 99.8% limits. Both allow for the differences that are usual between trusts. The diamond is the chosen trust."
      : `Each point is a trust, lowest figure first; the diamond is the chosen trust. There is no funnel: ${group.why}.`;
    const order = group.codes.map((_, at) => at).sort((a, b) => group.rank[a] - group.rank[b] || (group.codes[a] < group.codes[b] ? -1 : 1));
    const columns = [["Trust"], ["Figure", "number"], [`Rank (${about.first})`, "number"], ["Where"], ...(group.d ? [[about.counts[1].replaceAll("_", " "), "number"]] : [])];
    const body = order.map(at => [link(name(group.codes[at]), { trust: group.codes[at] }), number(group.v[at], about.unit), String(group.rank[at]), (group.d ? index.bands : index.tenths)[group.band[at]], ...(group.d ? [plain(group.d[at])] : [])]);
    part.append(el("p", { id: "lookup-place", role: "status" }, sentence), el("figure", {}, el("div", { class: "drawing", id: "lookup-funnel" })), el("p", { class: "quiet" }, how),
      el("details", {}, el("summary", {}, "All trusts as a table"), tabled(`${about.title}, ${words}; ${about.direction}`, columns, body)),
      actions("this comparison", drawPeers, peerRows, `${trust.code}-${about.key}-${key}-peers`));
    draw();
  };
  const draw = (colours = dark() ? DARK : LIGHT) => {
    root.style.setProperty("--lookup-back", colours.back);
    for (const [id, make] of [["lookup-chart", drawChart], ["lookup-both", drawTwo], ["lookup-funnel", drawPeers]]) {
      const slot = document.getElementById(id);
      if (slot && shown) slot.replaceChildren(make(Math.max(260, Math.floor(slot.clientWidth || root.clientWidth)), colours));
    }
  };
  // What is said of a trust itself: its kind, its spells, what came before and after.
  const about = (trust, held) => {
    const line = el("p", { class: "quiet" }, `${trust.type[0].toUpperCase()}${trust.type.slice(1)} trust in the ${trust.region}, code ${trust.code}.`.replace("the London", "London"));
    if (trust.closed) line.append(` Closed on ${trust.closed}.`);
    if (trust.successor) line.append(" Its services went to ", index.trusts.some(one => one.code === trust.successor) ? link(`${trust.successor} ${name(trust.successor)}`, { trust: trust.successor, with: null }) : trust.successor, ".");
    if (trust.also) line.append(` It holds what were: ${trust.also.join("; ")}.`);
    const { regime } = held;
    if (!regime) return [line, el("p", {}, "This trust was never in special measures.")];
    const spells = el("p", { class: "spells" }, [...regime.spells, regime.later].filter(Boolean).join(" "), " ");
    if (regime.case) spells.append(el("a", { href: regime.case }, "Read its case study"), ". ");
    spells.append(el("a", { href: "regime.html" }, "See all trusts on one chart"), ".");
    return [spells, line];
  };
  const start = root.querySelector(".of-the-regime"); // the list of all trusts of the regime, written into the page
  start.addEventListener("click", event => {
    const to = event.target.closest("a[href^='?trust=']");
    if (!to || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go({ trust: new URLSearchParams(to.getAttribute("href")).get("trust"), indicator: null, with: null });
  });
  const title = document.title;
  const blank = () => {
    shown = undefined;
    head.hidden = true;
    measure.hidden = true;
    says.textContent = "";
    result.replaceChildren();
    start.open = true;
    document.title = title;
  };
  const without = (trust, held) => { // a trust of the regime that no measure has
    shown = undefined;
    measure.hidden = true;
    head.textContent = `${lookupFind.named(trust)}: in special measures ${trust.years}`;
    says.textContent = `${held.regime.spells.join(" ")} There are no figures here: ${Object.values(held.without)[0].replace(/^It/, "it")}`;
    const [spells, line] = about(trust, held);
    spells.firstChild.data = held.regime.later ? `${held.regime.later} ` : "";
    const alike = index.trusts.filter(one => one.years && one.type === trust.type && one !== trust);
    result.replaceChildren(strip(held.regime.ends), spells, line, ...(alike.length ? [el("h3", {}, `The other ${trust.type} trusts of the regime`), el("ul", {}, ...alike.map(one => el("li", {}, link(lookupFind.named(one), { trust: one.code, indicator: null }), ` ${one.years}`)))] : []));
  };
  const strip = ends => { // its spells on the years of the regime
    const box = el("figure", { class: "strip" }), width = Math.max(260, Math.min(640, root.clientWidth)), x = day => 8 + (place(day, { keys: ["2013"] }, 0, "year") / 9) * (width - 16);
    const drawing = mark("svg", { viewBox: `0 0 ${width} 50`, width, height: 50, role: "img", "font-size": 12, "font-family": "system-ui, sans-serif", "aria-label": "Its time in special measures between 2013 and 2021", "aria-describedby": "lookup-says" });
    for (let year = 2013; year <= 2021; year++) drawing.append(mark("line", { x1: x(`${year}-01-01`), x2: x(`${year}-01-01`), y1: 4, y2: 32, stroke: "currentColor", opacity: 0.3 }), mark("text", { x: (x(`${year}-01-01`) + x(`${year + 1}-01-01`)) / 2, y: 46, "text-anchor": "middle", fill: "currentColor" }, width < 420 && year % 4 !== 1 ? `’${year % 100}` : String(year)));
    for (const [first, last] of ends) drawing.append(mark("rect", { x: x(first), y: 10, width: x(last) - x(first), height: 16, class: "spell" }));
    box.append(drawing);
    return box;
  };
  // moved: the reader chose, so the answer comes into view and its heading is read.
  const show = async moved => {
    const want = wanted(), mine = ++asked;
    fault.replaceChildren();
    try {
      if (!index) {
        const [found, known] = await Promise.all([file("index"), file("names")]);
        index = found;
        for (const one of index.indicators) Object.assign(one, index.tables[one.table]);
        const prepared = lookupFind.prepare(index.trusts, known);
        finder.fill(prepared);
        second.fill(prepared);
        prepare();
      }
      if (!want.trust) {
        blank();
        const text = new URLSearchParams(location.search).get("find"), only = text ? finder.ask(text) : undefined; // typed on another page
        if (only) { history.replaceState(null, "", address({ trust: only.code })); return show(true); }
        if (!text && !location.hash && document.activeElement === document.body) finder.box.focus({ preventScroll: true });
        return;
      }
      const trust = index.trusts.find(one => one.code === want.trust), asks = index.indicators.find(found => found.key === want.indicator);
      if (!trust || (want.indicator && !asks)) {
        blank();
        if (document.activeElement !== finder.box) finder.say(trust ? trust.name : want.trust);
        fault.append(el("p", {}, trust ? `There is no measure called “${want.indicator}”. Choose one from the list.` : `No trust on this page has the code “${want.trust}”. Type part of a name, a hospital or another code.`));
        measure.hidden = !trust;
        return;
      }
      const held = await file(`trusts/${trust.code}`);
      if (mine !== asked) return;
      finder.say(trust.name);
      head.hidden = false;
      start.open = false;
      const one = asks || index.indicators.find(found => found.key === root.dataset.indicator && held.indicators[found.key]) || index.indicators.find(found => held.indicators[found.key]);
      if (!Object.keys(held.indicators).length) { document.title = `${trust.name} – ${title}`; without(trust, held); return; }
      measure.hidden = false;
      chosen.value = one.key;
      head.textContent = `${one.title}: ${trust.name}`;
      document.title = `${one.title}: ${trust.name} – ${title}`;
      result.replaceChildren(...about(trust, held));
      const series = held.indicators[one.key];
      if (!series) {
        shown = undefined;
        says.textContent = `${one.title} at ${trust.name} (${trust.code}): there is nothing to chart. ${held.without[one.key]}`;
        result.append(el("p", {}, "Of this trust there are figures on: "),
          el("ul", {}, ...index.indicators.filter(other => held.indicators[other.key]).map(other => el("li", {}, link(other.title, { indicator: other.key })))));
        return;
      }
      const grain = index.grains[one.grain], begun = grain.keys.indexOf(series.first);
      shown = { about: one, one: series, trust, held, grain, words: grain.words.slice(begun, begun + series.v.length) };
      showChart();
      draw();
      says.textContent = series.sentence;
      await Promise.all([showPeers(want.period), want.with ? showTwo(want.with) : undefined]);
    } catch (error) {
      if (mine !== asked) return;
      if (!result.children.length) result.append(example);
      fault.append(el("p", {}, `The figures could not be loaded. ${error.message}`), press("Try again", () => show(moved)));
    } finally {
      if (mine === asked) {
        root.dataset.ready = String(mine);
        if (moved === true && !head.hidden && ![chosen.id, "lookup-period"].includes(document.activeElement.id)) { head.scrollIntoView({ block: "start" }); head.focus({ preventScroll: true }); }
      }
    }
  };
  const prepare = () => {
    const families = new Map();
    for (const one of index.indicators) families.set(one.family, [...(families.get(one.family) || []), one]);
    for (const [family, list] of families) chosen.append(el("optgroup", { label: family[0].toUpperCase() + family.slice(1) }, ...list.map(one => el("option", { value: one.key }, one.title))));
  };
  const example = root.querySelector("p"); // stays when nothing can be loaded
  root.replaceChildren(form, fault, head, says, result, start);
  let width = 0, waiting;
  new ResizeObserver(() => { if (Math.abs(root.clientWidth - width) > 4) { width = root.clientWidth; clearTimeout(waiting); waiting = setTimeout(draw, 60); } }).observe(root);
  new MutationObserver(() => draw()).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  addEventListener("beforeprint", () => draw(LIGHT));
  addEventListener("afterprint", () => draw());
  addEventListener("popstate", () => show(false));
  show(false);
})();
