// The picture of a journey: draws a definition with the words of its steps, and tells what is done to it. It decides nothing.
"use strict";
window.journey = window.journey || {};
(() => {
  const { joint } = window;
  const { TRIGGER, edits, layout } = window.journey;
  const { SIZE } = layout;
  const TEXT = { x: 52, width: SIZE.width - 62, size: 13, line: 17 };
  const LABEL = { high: 20, room: 12, most: 150 };
  const ROOM = 40; // around the picture
  const STRAIGHT = 22; // how far a way goes on before it turns
  const ruler = document.createElement("canvas").getContext("2d");
  const font = (weight, size) => { ruler.font = `${weight} ${size}px ${font.family ||= getComputedStyle(document.body).fontFamily}`; };

  // Where a way begins and ends, by what we know of steps: asking the page for every way makes a large journey slow.
  function anchor(view, _magnet, _reference, _args, end, link) {
    const { x, y } = view.model.position();
    if (end === "target") return new joint.g.Point(x + SIZE.width / 2, y);
    const port = view.model.getPortsPositions("out")[link.model.source().port];
    return new joint.g.Point(x + (port ? port.x : SIZE.width / 2), y + SIZE.height);
  }

  // Down, across, down, from turn to turn; a way back goes round the side.
  function route(turns, _args, link) {
    const [from, to] = [link.sourceAnchor, link.targetAnchor];
    if (to.y < from.y && !turns.length) {
      const side = Math.max(from.x, to.x) + SIZE.width / 2 + STRAIGHT + 8;
      return [[from.x, from.y + STRAIGHT], [side, from.y + STRAIGHT], [side, to.y - STRAIGHT], [to.x, to.y - STRAIGHT]].map(([x, y]) => new joint.g.Point(x, y));
    }
    const points = [];
    [from, ...turns].forEach((at, place) => {
      const next = turns[place] || to;
      if (place) points.push(new joint.g.Point(at.x, at.y));
      if (Math.abs(next.x - at.x) < 1) return;
      const across = next === to && place ? next.y - Math.min(STRAIGHT, (next.y - at.y) / 2) : (at.y + next.y) / 2;
      points.push(new joint.g.Point(at.x, across), new joint.g.Point(next.x, across));
    });
    return points;
  }

  // How far along a way the point is that comes nearest to another.
  function along(points, at) {
    let [done, best] = [0, { far: Infinity, length: 0 }];
    points.slice(1).forEach((end, place) => {
      const line = new joint.g.Line(points[place], end);
      const near = line.length() ? line.closestPoint(at) : line.start;
      const far = near.distance(at);
      if (far < best.far) best = { far, length: done + line.start.distance(near) };
      done += line.length();
    });
    return best.length;
  }

  // The point of a way after a length of it, and the whole length.
  function after(points, length) {
    let left = length;
    for (let place = 1; place < points.length; place += 1) {
      const line = new joint.g.Line(points[place - 1], points[place]);
      if (left <= line.length() || place === points.length - 1) return line.length() ? line.pointAtLength(left) : line.end;
      left -= line.length();
    }
    return points[0];
  }
  const whole = (points) => points.slice(1).reduce((sum, end, place) => sum + end.distance(points[place]), 0);

  const Step = joint.dia.Element.define("journey.Step", {
    size: SIZE,
    z: 2,
    ports: { groups: { out: { position: "bottom", markup: joint.util.svg`<circle @selector="dot" class="journey-port" r="7"/>`, attrs: { dot: { magnet: true } } } } },
    attrs: { body: { width: "calc(w)", height: "calc(h)" }, waiting: { x: "calc(w - 6)" }, pill: { x: "calc(w - 14)" } },
  }, {
    markup: joint.util.svg`
      <rect @selector="body" class="journey-body" rx="10"/>
      <rect @selector="plate" class="journey-plate" x="10" y="14" width="32" height="32" rx="8"/>
      <text @selector="icon" class="journey-icon" x="26" y="38" text-anchor="middle"/>
      <text @selector="title" class="journey-title" x="${TEXT.x}" y="21"/>
      <text @selector="first" class="journey-words" x="${TEXT.x}" y="41"/>
      <text @selector="second" class="journey-words" x="${TEXT.x}" y="${41 + TEXT.line}"/>
      <g @selector="fault" class="journey-fault"><circle cx="0" cy="0" r="9"/><text text-anchor="middle" y="5">!</text></g>
      <g @selector="standing" class="journey-standing"><rect @selector="pill" rx="10" y="-11" height="22"/><text @selector="number" y="5" text-anchor="end"/></g>`,
  });

  const Way = joint.dia.Link.define("journey.Way", {
    z: 1,
    connector: { name: "rounded", args: { radius: 12 } },
    attrs: { line: { connection: true, fill: "none" }, wrapper: { connection: true, fill: "none" } },
  }, {
    markup: joint.util.svg`<path @selector="wrapper" class="journey-wrapper"/><path @selector="line" class="journey-line" marker-end="url(#journey-arrow)"/>`,
    defaultLabel: {
      markup: joint.util.svg`<rect @selector="ground" class="journey-ground" rx="5"/><text @selector="text" class="journey-label" text-anchor="middle" y="4"/>`,
    },
  });

  // Words on lines no wider than `width`; Chinese may break anywhere, English between words.
  function lines(words, width, most) {
    const parts = words.match(/[⺀-鿿豈-﫿＀-￯]|[^\s⺀-鿿豈-﫿＀-￯]+|\s+/gu) || [];
    const made = [""];
    for (const part of parts) {
      const at = made.length - 1;
      if (made[at] && ruler.measureText(made[at] + part).width > width) made.push(part.trimStart()); else made[at] += part;
    }
    const shown = made.slice(0, most).map((line) => shortened(line, width));
    if (made.length > most) shown[most - 1] = shortened(`${made[most - 1]}…`, width, true);
    return shown;
  }

  function shortened(line, width, is_cut = false) {
    if (ruler.measureText(line).width <= width) return line;
    let short = is_cut ? line.slice(0, -1) : line;
    while (short && ruler.measureText(`${short}…`).width > width) short = short.slice(0, -1);
    return `${short}…`;
  }

  // The sign of an icon of the icon font, by its name.
  const signs = {};
  function sign(icon) {
    if (!(icon in signs)) {
      const probe = document.createElement("i");
      probe.className = `ti ti-${icon}`;
      document.body.append(probe);
      signs[icon] = getComputedStyle(probe, "::before").content.replaceAll('"', "");
      probe.remove();
    }
    return signs[icon];
  }

  class Graph {
    // `holder` scrolls the picture; `acts` are told what happens: choose, connect, move, drop, act.
    constructor(holder, { editable = false, label, acts = {} }) {
      Object.assign(this, { holder, editable, acts, scale: 1, chosen: null, free: null });
      const names = { ...joint.shapes, journey: { Step, Way } };
      this.graph = new joint.dia.Graph({}, { cellNamespace: names });
      const surface = document.createElement("div");
      surface.className = "journey-surface";
      holder.append(surface);
      this.paper = new joint.dia.Paper({
        el: surface, model: this.graph, cellViewNamespace: names, gridSize: 8, width: 100, height: 100, async: false,
        background: { color: "transparent" }, clickThreshold: 6, moveThreshold: 6, linkPinning: false, snapLinks: { radius: 36 }, markAvailable: true,
        preventDefaultBlankAction: false, preventDefaultViewAction: editable,
        interactive: (view) => editable && view.model.isElement() && { elementMove: true, addLinkFromMagnet: true },
        defaultLink: () => new Way(),
        labelsLayer: true, // no way runs through the words of another
        defaultAnchor: anchor, defaultConnectionPoint: { name: "anchor" },
        validateMagnet: () => editable,
        validateConnection: (from, _magnet, to) => Boolean(to) && to.model.isElement() && to !== from && to.model.id !== TRIGGER,
      });
      this.paper.svg.setAttribute("role", editable ? "application" : "group");
      this.paper.svg.setAttribute("aria-label", label);
      this.mark();
      this.listen();
    }

    // The head of an arrow, in the colour of the line.
    mark() {
      const defs = this.paper.svg.querySelector("defs") || this.paper.svg.insertBefore(document.createElementNS(this.paper.svg.namespaceURI, "defs"), this.paper.svg.firstChild);
      defs.insertAdjacentHTML("beforeend", '<marker id="journey-arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path class="journey-head" d="M 0 0 L 10 5 L 0 10 z"/></marker>');
    }

    listen() {
      const { paper, acts } = this;
      paper.on("element:pointerclick", (view, event) => {
        const port = view.findAttribute("port", event.target);
        acts.choose?.(view.model.id, port);
      });
      paper.on("element:magnet:pointerclick", (view, event, magnet) => acts.choose?.(view.model.id, view.findAttribute("port", magnet)));
      paper.on("link:pointerclick", (view) => acts.choose?.(view.model.source().id, view.model.source().port, true));
      paper.on("blank:pointerclick", () => acts.choose?.(null));
      paper.on("element:pointerup", () => this.moved());
      paper.on("link:connect", (view) => {
        const { id, port } = view.model.source();
        const to = view.model.target().id;
        view.model.remove();
        acts.connect?.(id, port, to);
      });
      this.pan();
      this.holder.addEventListener("wheel", (event) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        this.zoom(this.scale * (event.deltaY < 0 ? 1.1 : 1 / 1.1));
      }, { passive: false });
      if (this.editable) this.take();
      this.paper.svg.addEventListener("keydown", (event) => this.key(event));
      this.paper.svg.addEventListener("focusin", (event) => {
        const cell = event.target.closest?.(".joint-element");
        if (cell) this.rove(cell.getAttribute("model-id"));
      });
      new ResizeObserver(() => this.fit()).observe(this.holder);
    }

    // Dragging the ground moves the picture.
    pan() {
      let from = null;
      this.paper.on("blank:pointerdown", (event) => {
        if (event.type.startsWith("touch")) return; // fingers scroll by themselves
        from = { x: event.clientX, y: event.clientY, left: this.holder.scrollLeft, top: this.holder.scrollTop };
      });
      document.addEventListener("mousemove", (event) => {
        if (!from) return;
        this.holder.scrollLeft = from.left - event.clientX + from.x;
        this.holder.scrollTop = from.top - event.clientY + from.y;
      });
      document.addEventListener("mouseup", () => { from = null; });
    }

    // A kind of step may be dropped: on a way it goes between, on a step behind it, elsewhere it stands alone.
    take() {
      this.holder.addEventListener("dragover", (event) => {
        if (![...event.dataTransfer.types].includes("text/journey-kind")) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
        this.hint(document.elementFromPoint(event.clientX, event.clientY)?.closest("[model-id]"));
      });
      this.holder.addEventListener("dragleave", () => this.hint(null));
      this.holder.addEventListener("drop", (event) => {
        const kind = event.dataTransfer.getData("text/journey-kind");
        if (!kind) return;
        event.preventDefault();
        this.hint(null);
        const cell = this.graph.getCell(document.elementFromPoint(event.clientX, event.clientY)?.closest("[model-id]")?.getAttribute("model-id"));
        const at = this.paper.clientToLocalPoint(event.clientX, event.clientY);
        const way = cell?.isLink() ? [cell.source().id, cell.source().port] : cell ? [cell.id, undefined] : null;
        this.acts.drop?.(kind, way, [Math.round(at.x - SIZE.width / 2), Math.round(at.y - SIZE.height / 2)]);
      });
    }

    hint(cell) {
      this.paper.svg.querySelectorAll(".journey-hint").forEach((one) => one !== cell && one.classList.remove("journey-hint"));
      cell?.classList.add("journey-hint");
    }

    moved() {
      if (!this.editable || !this.drawn) return;
      const now = Object.fromEntries(this.graph.getElements().map((one) => [one.id, [one.position().x, one.position().y]]));
      if (Object.entries(now).some(([id, [x, y]]) => x !== this.drawn[id]?.[0] || y !== this.drawn[id]?.[1])) this.acts.move?.(now);
    }

    // Draw what is not yet so. `faces` {id: {title, words, icon, colour, ways: [[way, words]]}}, `marks` {faults: {id: words}, steps, ways}.
    draw(definition, faces, marks = {}) {
      Object.assign(this, { definition, faces, marks });
      font(500, 12);
      const wide = (id, way, words) => ruler.measureText(this.words(id, way, words)).width + LABEL.room;
      const { places, turns } = layout.places(definition, (id) => faces[id].ways.map(([way, words]) => [way, words ? wide(id, way, words) : 1]));
      this.drawn = places;
      this.turns = turns;
      const wanted = new Set([TRIGGER, ...Object.keys(definition.steps)]);
      this.graph.getElements().forEach((one) => wanted.has(one.id) || one.remove());
      wanted.forEach((id) => this.step(id, places[id]));
      this.lead();
      this.name();
      this.fit();
    }

    step(id, [x, y]) {
      const face = this.faces[id];
      let cell = this.graph.getCell(id);
      if (!cell) this.graph.addCell(cell = new Step({ id }));
      if (cell.position().x !== x || cell.position().y !== y) cell.position(x, y);
      const named = Object.fromEntries(face.ways);
      const ports = this.across(id).map((way) => ({ id: way, group: "out", attrs: { dot: { title: named[way] || window.journey.words.onward } } }));
      if (JSON.stringify(cell.getPorts().map((port) => port.id)) !== JSON.stringify(ports.map((port) => port.id))) cell.prop("ports/items", ports, { rewrite: true });
      font(500, TEXT.size);
      const [first, second = ""] = lines(face.words || face.title, TEXT.width, 2);
      const standing = this.marks.steps?.[id];
      const number = standing ? window.journey.number(standing) : "";
      font(600, 12);
      const wide = ruler.measureText(number).width + 16;
      cell.attr({
        plate: { style: `fill: color-mix(in srgb, var(--tblr-${face.colour}) 16%, transparent)` },
        icon: { text: sign(face.icon), style: `fill: var(--tblr-${face.colour})` },
        title: { text: face.words ? face.title : "" },
        first: { text: first || "", y: face.words ? 41 : 35 },
        second: { text: second },
        fault: { display: this.marks.faults?.[id] ? "block" : "none", transform: `translate(${SIZE.width - 4}, 4)` },
        standing: { display: standing ? "block" : "none" },
        pill: { width: wide, x: SIZE.width - wide + 8 },
        number: { text: number, x: SIZE.width },
      });
      const view = cell.findView(this.paper);
      view.el.classList.toggle("is-bad", Boolean(this.marks.faults?.[id]));
      view.el.classList.toggle("is-trigger", id === TRIGGER);
    }

    // The ways out of a step from left to right, as the steps stand to which they lead.
    across(id) {
      const side = (way) => this.turns[`${id}·${way}`]?.vertices[0]?.x ?? this.drawn[edits.target(this.definition, id, way)]?.[0] ?? Infinity;
      return this.faces[id].ways.map(([way]) => way).sort((one, other) => (side(one) === side(other) ? 0 : side(one) - side(other)));
    }

    // The ways between steps, with their words and numbers.
    lead() {
      const { definition, faces } = this;
      const wanted = new Map();
      for (const id of [TRIGGER, ...Object.keys(definition.steps)]) {
        for (const [way, words] of faces[id].ways) {
          const to = edits.target(definition, id, way);
          if (to) wanted.set(`${id}·${way}`, { id, way, words, to });
        }
      }
      this.graph.getLinks().forEach((one) => wanted.has(one.id) || one.remove());
      const taken = [];
      for (const [name, { id, way, words, to }] of wanted) {
        let cell = this.graph.getCell(name);
        if (!cell) this.graph.addCell(cell = new Way({ id: name, source: { id, port: way }, target: { id: to }, router: route }));
        else if (cell.target().id !== to) cell.target({ id: to });
        cell.vertices(this.turns[name]?.vertices || []);
        this.label(cell, this.words(id, way, words), taken);
      }
    }

    // What stands on a way: its words and its number.
    words(id, way, words) {
      return shortened([words, this.marks.ways?.[`${id}·${way}`]].filter(Boolean).join(" · "), LABEL.most);
    }

    // A label keeps clear of those that are `taken`: ways to the same step run close together.
    label(cell, words, taken) {
      if (!words) return cell.labels([]);
      font(500, 12);
      const wide = ruler.measureText(words).width + LABEL.room;
      const { sourceAnchor, route: turns, targetAnchor } = cell.findView(this.paper);
      const points = [sourceAnchor, ...turns, targetAnchor].map((point) => new joint.g.Point(point));
      const length = whole(points);
      const at = this.turns[cell.id]?.label;
      const box = (many) => new joint.g.Rect(after(points, many)).inflate(wide / 2 + 2, LABEL.high / 2 + 2);
      const wanted = at ? along(points, at) : Math.min(LABEL.high, length / 2); // near its step, where a way is still alone
      const tried = [0, ...Array.from({ length: 80 }, (_one, turn) => (turn % 2 ? -6 : 6) * (1 + (turn >> 1)))].map((by) => wanted + by);
      const is_free = (area) => !taken.some((one) => one.intersect(area));
      const free = tried.find((many) => many > 0 && many < length - STRAIGHT / 2 && is_free(box(many))) ?? wanted;
      const aside = tried.map((by) => by - wanted).find((by) => is_free(box(free).translate(by, 0))) ?? 0; // where a way is too short for it
      taken.push(box(free).translate(aside, 0));
      const ground = { width: wide, height: LABEL.high, x: -wide / 2, y: -LABEL.high / 2 };
      return cell.labels([{ attrs: { text: { text: words }, ground }, position: { distance: length ? free / length : 0.5, offset: { x: aside, y: 0 } } }]);
    }

    // Names for those who do not see the picture, and the one step that the tab key reaches.
    name() {
      const { words } = window.journey;
      for (const cell of this.graph.getElements()) {
        const face = this.faces[cell.id];
        const ways = face.ways.map(([way, told]) => {
          const to = edits.target(this.definition, cell.id, way);
          return `${told || words.onward} → ${to ? this.faces[to].words || this.faces[to].title : way === "refused" ? words.same : words.ends}`;
        });
        const standing = this.marks.steps?.[cell.id];
        const parts = [face.title, face.words, standing ? words.standing.replace("%s", window.journey.number(standing)) : "", this.marks.faults?.[cell.id], ...ways];
        const { el } = cell.findView(this.paper);
        el.setAttribute("role", "button");
        el.setAttribute("aria-label", parts.filter(Boolean).join("; "));
        if (el.tabIndex !== 0) el.setAttribute("tabindex", "-1");
      }
      this.rove(this.graph.getCell(this.chosen) ? this.chosen : TRIGGER);
    }

    // One step has the place of the tab key; arrows move it.
    rove(id) {
      this.graph.getElements().forEach((cell) => cell.findView(this.paper).el.setAttribute("tabindex", cell.id === id ? "0" : "-1"));
    }

    choose(id, way) {
      this.chosen = id;
      this.graph.getCells().forEach((cell) => {
        const is_chosen = cell.isLink() ? way !== undefined && cell.id === `${id}·${way}` : cell.id === id;
        cell.findView(this.paper).el.classList.toggle("is-chosen", is_chosen);
      });
      this.paper.svg.querySelectorAll(".journey-port").forEach((dot) => {
        const at = dot.closest(".joint-element")?.getAttribute("model-id") === id && dot.closest("[port]")?.getAttribute("port") === way;
        dot.classList.toggle("is-chosen", at);
      });
      if (id && this.graph.getCell(id)) this.rove(id);
    }

    focus(id) {
      const cell = this.graph.getCell(id);
      if (!cell) return;
      cell.findView(this.paper).el.focus({ preventScroll: true });
      this.show(id);
    }

    // Scroll so that a step is seen.
    show(id) {
      const box = this.graph.getCell(id)?.findView(this.paper).el.getBoundingClientRect();
      const frame = this.holder.getBoundingClientRect();
      if (!box) return;
      if (box.left < frame.left || box.right > frame.right) this.holder.scrollLeft += box.left + box.width / 2 - frame.left - frame.width / 2;
      if (box.top < frame.top || box.bottom > frame.bottom) this.holder.scrollTop += box.top + box.height / 2 - frame.top - frame.height / 2;
    }

    key(event) {
      const cell = event.target.closest?.(".joint-element");
      if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
      const id = cell.getAttribute("model-id");
      const to = event.key.startsWith("Arrow") ? this.neighbour(id, event.key.slice(5)) : null;
      if (event.key.startsWith("Arrow")) {
        event.preventDefault();
        if (to) {
          this.acts.choose?.(to, undefined, false, true);
          this.focus(to);
        }
      } else if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        (this.acts.open || this.acts.choose)?.(id);
      } else if (event.key === "Delete" || event.key === "Backspace") {
        event.preventDefault();
        this.acts.remove?.(id);
      }
    }

    // The step that an arrow key leads to: the nearest one on that side.
    neighbour(id, side) {
      const at = this.graph.getCell(id).getBBox().center();
      const [dx, dy] = { Up: [0, -1], Down: [0, 1], Left: [-1, 0], Right: [1, 0] }[side];
      let best = null;
      for (const cell of this.graph.getElements()) {
        const { x, y } = cell.getBBox().center();
        const along = (x - at.x) * dx + (y - at.y) * dy;
        const across = Math.abs((x - at.x) * dy) + Math.abs((y - at.y) * dx);
        if (cell.id === id || along < 8 || (dy === 0 && across > SIZE.height * 2)) continue;
        const far = along + across * 1.5;
        if (!best || far < best.far) best = { id: cell.id, far };
      }
      return best?.id;
    }

    zoom(scale, is_kept = true) {
      const before = this.scale;
      this.scale = Math.min(2, Math.max(0.25, scale));
      const { holder } = this;
      const [x, y] = [holder.scrollLeft + holder.clientWidth / 2, holder.scrollTop + holder.clientHeight / 2];
      this.fit();
      if (is_kept) {
        holder.scrollLeft = (x * this.scale) / before - holder.clientWidth / 2;
        holder.scrollTop = (y * this.scale) / before - holder.clientHeight / 2;
      }
    }

    // As large as the whole picture can be seen, but no larger than life, nor smaller than `least`.
    whole(least = 0) {
      const box = this.graph.getBBox();
      if (!box) return;
      const { clientWidth, clientHeight } = this.holder;
      this.zoom(Math.max(least, Math.min(1, clientWidth / (box.width + ROOM * 2), clientHeight / (box.height + ROOM * 2))), false);
      this.holder.scrollLeft = (this.holder.scrollWidth - clientWidth) / 2;
      this.holder.scrollTop = 0;
    }

    // Make the surface as large as the picture, with room around it; a small picture stands in the middle.
    fit() {
      const box = this.graph.getBBox();
      if (!box) return;
      const { scale, holder } = this;
      const [wide, high] = [(box.width + ROOM * 2) * scale, (box.height + ROOM * 2) * scale];
      const [width, height] = [Math.max(wide, holder.clientWidth), Math.max(high, holder.clientHeight)];
      this.paper.scale(scale, scale);
      this.paper.setDimensions(width, height);
      this.paper.translate((ROOM - box.x) * scale + (width - wide) / 2, (ROOM - box.y) * scale);
    }
  }

  const number = (value) => new Intl.NumberFormat(document.documentElement.lang.startsWith("zh") ? "zh-CN" : "en").format(value);
  const share = (part, whole) => new Intl.NumberFormat(document.documentElement.lang.startsWith("zh") ? "zh-CN" : "en", { style: "percent", maximumFractionDigits: 1 }).format(part / whole);
  Object.assign(window.journey, { Graph, number, share });
})();
