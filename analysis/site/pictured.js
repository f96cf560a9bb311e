// Returns a picture that is built of HTML as SVG: what is painted, where it is painted, with the letters as text.
(figure, least) => {
  const drawn = figure.querySelector('.drawn'), wide = width => {
    for (const side of ['width', 'min-width', 'max-width']) drawn.style.setProperty(side, `${width}px`, 'important');
  };
  wide(drawn.matches('.theory-map') ? 1.6 * least : least);
  if (drawn.scrollWidth > drawn.clientWidth) wide(drawn.scrollWidth);
  const at = drawn.getBoundingClientRect();
  const LOOKS = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linejoin', 'opacity', 'font-size', 'font-weight', 'font-style', 'text-anchor', 'dominant-baseline'];
  const PLAIN = {opacity: '1', 'stroke-dasharray': 'none', 'stroke-linejoin': 'miter', 'font-style': 'normal', 'dominant-baseline': 'auto', 'text-anchor': 'start'};
  const round = x => String(Math.round(x * 10) / 10), safe = text => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
  const pen = document.createElement('canvas').getContext('2d'), out = [];
  const unseen = style => style.display === 'none' || style.visibility === 'hidden' || style.opacity === '0';
  const clear = colour => colour === 'transparent' || /,\s*0\)$/.test(colour);

  // A drawing that is stretched has lines that are not: its places are reckoned here, in the picture's own px.
  const stretched = (node, tag, kept) => {
    const to = node.getCTM(), up = node.ownerSVGElement.viewBox.baseVal, at = {x: to.a, y: to.d};
    let x = 0, y = 0;
    const d = tag === 'polyline' ? 'M' + node.getAttribute('points').trim() : node.getAttribute('d') || '';
    const moved = d.replace(/([MLHV])\s*([-\d., ]+)/g, (_, way, numbers) => {
      const all = numbers.trim().split(/[\s,]+/).map(Number), points = [];
      if (way === 'H') all.forEach(one => points.push(x = one, y));
      else if (way === 'V') all.forEach(one => points.push(x, y = one));
      else for (let place = 0; place + 1 < all.length; place += 2) points.push(x = all[place], y = all[place + 1]);
      return (way === 'M' ? 'M' : 'L') + points.map((one, place) => round(place % 2 ? (one - up.y) * at.y : (one - up.x) * at.x)).join(' ');
    });
    return `<path d="${moved}" ${kept.map(([look, value]) => `${look}="${safe(value)}"`).join(' ')}/>`;
  };

  const shape = (node, own) => {
    if (node.nodeType === 3) return safe(node.data);
    if (node.nodeType !== 1) return '';
    const style = getComputedStyle(node), tag = node.tagName;
    if (unseen(style) || tag === 'title') return '';
    const given = [...node.attributes].filter(one => !/^(class|style|id|role|aria-.*|href|tabindex|xmlns)$/.test(one.name)).map(one => `${one.name}="${safe(one.value)}"`);
    const looks = /^(svg|g|a)$/.test(tag) ? [] : LOOKS.map(name => [name, style.getPropertyValue(name)]).filter(([name, value]) => PLAIN[name] !== value);
    const kept = looks.filter(([name]) => !(tag !== 'text' && tag !== 'tspan' && /font|anchor|baseline/.test(name)));
    const inside = [...node.childNodes].map(one => shape(one)).join('');
    if (node.ownerSVGElement?.getAttribute('preserveAspectRatio') === 'none') return stretched(node, tag, kept);
    const name = tag === 'a' ? 'g' : tag;
    const more = given.filter(one => !kept.some(([look]) => one.startsWith(look + '=')) && !(own && /^(x|y|width|height)=/.test(one)));
    if (node.getAttribute('preserveAspectRatio') === 'none') return `<g>${inside}</g>`;
    if (tag === 'text') more.push('xml:space="preserve"');
    return `<${name} ${own || ''} ${more.join(' ')} ${kept.map(([look, value]) => `${look}="${safe(value)}"`).join(' ')}>${inside}</${name}>`;
  };

  const box = (element, style) => {
    const {left, top, width, height} = element.getBoundingClientRect(), x = left - at.left, y = top - at.top;
    if (!clear(style.backgroundColor) && width && height)
      out.push(`<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="${parseFloat(style.borderTopLeftRadius) || 0}" fill="${style.backgroundColor}"/>`);
    for (const [side, x1, y1, x2, y2] of [['Top', x, y, x + width, y], ['Bottom', x, y + height, x + width, y + height], ['Left', x, y, x, y + height], ['Right', x + width, y, x + width, y + height]]) {
      const wide = parseFloat(style[`border${side}Width`]), colour = style[`border${side}Color`];
      if (wide && style[`border${side}Style`] !== 'none' && !clear(colour))
        out.push(`<path d="M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}" stroke="${colour}" stroke-width="${wide}"/>`);
    }
  };

  const letters = (node, style) => {
    const range = document.createRange(), lines = [];
    for (const word of node.data.matchAll(/\S+/g)) {
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      [...range.getClientRects()].forEach((rect, part, all) => {
        const last = lines.at(-1), text = all.length === 1 ? word[0] : '';
        if (all.length > 1) { // a word broken at a soft hyphen: letter by letter
          if (part) return;
          [...word[0]].reduce((from, letter) => {
            range.setStart(node, from);
            range.setEnd(node, from + letter.length);
            const spot = [...range.getClientRects()].at(-1), end = lines.at(-1);
            if (letter !== '\u00ad' && spot) end && Math.abs(end.top - spot.top) < 2 && end.broken === word.index ? (end.text += letter, end.right = spot.right) : lines.push({text: letter, left: spot.left, right: spot.right, top: spot.top, broken: word.index});
            return from + letter.length;
          }, word.index);
        } else if (last && Math.abs(last.top - rect.top) < 2) { last.text += ' ' + text.replace(/\u00ad/g, ''); last.right = rect.right; }
        else lines.push({text: text.replace(/\u00ad/g, ''), left: rect.left, right: rect.right, top: rect.top});
      });
    }
    lines.forEach((line, place) => { if (line.broken !== undefined && lines[place + 1]?.broken === line.broken) line.text += '-'; });
    pen.font = style.font;
    const rise = pen.measureText('x').fontBoundingBoxAscent;
    for (const line of lines)
      out.push(`<text x="${round(line.left - at.left)}" y="${round(line.top - at.top + rise)}" textLength="${round(line.right - line.left)}" lengthAdjust="spacingAndGlyphs" font-size="${style.fontSize}" font-weight="${style.fontWeight}" fill="${style.color}">${safe(line.text)}</text>`);
  };

  const walk = node => {
    if (node.nodeType === 3) return node.data.trim() && letters(node, getComputedStyle(node.parentElement));
    if (node.nodeType !== 1 || node.classList.contains('visually-hidden')) return;
    const style = getComputedStyle(node);
    if (unseen(style)) return;
    if (node.tagName === 'svg') {
      const {left, top, width, height} = node.getBoundingClientRect();
      return out.push(shape(node, `x="${round(left - at.left)}" y="${round(top - at.top)}" width="${round(width)}" height="${round(height)}" overflow="visible"`));
    }
    box(node, style);
    node.childNodes.forEach(walk);
  };
  walk(drawn);
  return {width: Math.ceil(at.width), height: Math.ceil(at.height), inside: out.join('')};
}
