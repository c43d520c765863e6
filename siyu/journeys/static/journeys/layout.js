// Where steps are drawn: as the author put them; what has no place is laid out (dagre).
"use strict";
window.journey = window.journey || {};
(() => {
  const SIZE = { width: 224, height: 72 };
  const { TRIGGER, edits } = window.journey;

  // `ways(id)` are the ways out of a step with the widths of their words: [[way, width], …].
  // Places {id: [x, y]} of the trigger and every step, all by dagre, in ranks from top to bottom; and `turns`: where ways bend, so that
  // they cross no step, and where their words stand {id·way: {vertices, label}}.
  function tidy(definition, ways) {
    const graph = new window.dagre.graphlib.Graph({ multigraph: true });
    graph.setGraph({ rankdir: "TB", nodesep: 48, ranksep: 64, edgesep: 24, marginx: 40, marginy: 40 });
    graph.setDefaultEdgeLabel(() => ({}));
    graph.setNode(TRIGGER, { ...SIZE });
    const steps = edits.order(definition);
    steps.forEach((id) => graph.setNode(id, { ...SIZE }));
    if (definition.first in definition.steps) graph.setEdge(TRIGGER, definition.first);
    for (const id of steps) {
      for (const [way, width] of ways(id)) {
        const to = edits.target(definition, id, way);
        if (to && to !== id) graph.setEdge(id, to, { width, height: 20, labelpos: "c" }, way);
      }
    }
    window.dagre.layout(graph);
    const places = Object.fromEntries([TRIGGER, ...steps].map((id) => {
      const { x, y } = graph.node(id);
      return [id, [Math.round(x - SIZE.width / 2), Math.round(y - SIZE.height / 2)]];
    }));
    const turns = Object.fromEntries(graph.edges().filter((edge) => edge.name).map((edge) => {
      const { points, x, y } = graph.edge(edge);
      return [`${edge.v}·${edge.name}`, { vertices: points.slice(1, -1).map((point) => ({ x: Math.round(point.x), y: Math.round(point.y) })), label: { x, y } }];
    }));
    return { places, turns };
  }

  // The same graph is laid out once, however often it is drawn.
  let last = { shape: "" };
  function laid(definition, ways) {
    const shape = JSON.stringify([definition.first, Object.entries(definition.steps).map(([id, step]) => [id, step.next, ways(id)])]);
    if (last.shape !== shape) last = { shape, ...tidy(definition, ways) };
    return last;
  }

  const overlaps = ([x, y], [u, v]) => Math.abs(x - u) < SIZE.width + 24 && Math.abs(y - v) < SIZE.height + 24;

  // A free place below a step, or to the right of that.
  function beside(places, [x, y]) {
    const wanted = [x, y];
    for (let turn = 0; turn < 200 && Object.values(places).some((taken) => overlaps(wanted, taken)); turn += 1) wanted[0] += 40;
    return wanted;
  }

  // The places of a definition: the author's, where there are any; a step without one goes below the step that leads to it.
  function places(definition, ways) {
    const given = definition.places || {};
    if (!Object.keys(given).some((id) => id in definition.steps)) return laid(definition, ways);
    return { places: among(definition, given, () => laid(definition, ways).places), turns: {} };
  }

  function among(definition, given, otherwise) {
    const found = {};
    for (const id of [TRIGGER, ...Object.keys(definition.steps)]) if (given[id]) found[id] = [...given[id]];
    if (!found[TRIGGER]) {
      const top = found[definition.first] || Object.values(found)[0];
      found[TRIGGER] = [top[0], top[1] - SIZE.height - 64];
    }
    for (const id of edits.order(definition)) {
      if (found[id]) continue;
      const [from] = edits.ways_to(definition, id).map(([name]) => found[name]).filter(Boolean);
      found[id] = beside(found, from ? [from[0], from[1] + SIZE.height + 64] : otherwise()[id]);
    }
    return found;
  }

  Object.assign(window.journey, { layout: { SIZE, beside, places, tidy } });
})();
