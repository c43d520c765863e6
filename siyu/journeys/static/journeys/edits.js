// What one can do to a definition: each act takes one and gives another. Nothing here knows the page.
"use strict";
window.journey = window.journey || {};
(() => {
  const TRIGGER = "@trigger"; // the place from which the first step is reached
  const copy = (value) => JSON.parse(JSON.stringify(value));

  // Every way that leads to a step: [[from, way], …]
  function ways_to(definition, id) {
    const found = definition.first === id ? [[TRIGGER, "next"]] : [];
    for (const [from, step] of Object.entries(definition.steps)) {
      for (const [way, to] of Object.entries(step.next || {})) if (to === id) found.push([from, way]);
    }
    return found;
  }

  // Where a way leads, or undefined.
  function target(definition, from, way) {
    const to = from === TRIGGER ? definition.first : (definition.steps[from]?.next || {})[way];
    return to in definition.steps ? to : undefined;
  }

  // Lead a way to a step; without one the way ends the journey.
  function connect(definition, from, way, to) {
    const made = copy(definition);
    if (from === TRIGGER) {
      made.first = to || "";
      return made;
    }
    const next = { ...made.steps[from].next };
    if (to) next[way] = to; else delete next[way];
    made.steps[from].next = next;
    if (!Object.keys(next).length) delete made.steps[from].next;
    return made;
  }

  // Put a new step behind a way; what the way led to follows the new step's first way.
  function insert(definition, id, piece, ways, from, way) {
    const after = from && target(definition, from, way);
    let made = copy(definition);
    made.steps[id] = copy(piece);
    if (from) made = connect(made, from, way, id);
    if (after && ways.length) made = connect(made, id, ways[0], after);
    return made;
  }

  // Take a step out; ways that led to it lead to what followed it, when only one step did.
  function remove(definition, id) {
    const made = copy(definition);
    const followers = [...new Set(Object.values(made.steps[id].next || {}))].filter((to) => to !== id && to in made.steps);
    const heir = followers.length === 1 ? followers[0] : "";
    const into = ways_to(made, id);
    delete made.steps[id];
    if (made.places) delete made.places[id];
    return into.filter(([from]) => from !== id).reduce((so_far, [from, way]) => connect(so_far, from, way, heir === from ? "" : heir), made);
  }

  // Say a step anew; its ways keep their steps, a renamed way too.
  function put(definition, id, piece, before, after) {
    const made = copy(definition);
    const next = { ...(made.steps[id].next || {}) };
    const gone = before.filter((way) => !after.includes(way));
    const come = after.filter((way) => !before.includes(way));
    if (gone.length === 1 && come.length === 1 && before.length === after.length && next[gone[0]]) next[come[0]] = next[gone[0]];
    for (const way of Object.keys(next)) if (!after.includes(way)) delete next[way];
    made.steps[id] = Object.keys(next).length ? { ...piece, next } : piece;
    return made;
  }

  // Remember where steps were drawn: {id: [x, y]}
  const place = (definition, places) => ({ ...copy(definition), places });

  // A name that no step has, and none ever had: `highest` is the greatest number used.
  function fresh(definition, highest) {
    const numbers = Object.keys(definition.steps).map((id) => Number((/^s(\d+)$/.exec(id) || [0, 0])[1]));
    return `s${Math.max(highest, 0, ...numbers) + 1}`;
  }

  // The steps in the order in which members meet them, then those that nobody meets.
  function order(definition) {
    const found = [];
    const walk = (id) => {
      if (!(id in definition.steps) || found.includes(id)) return;
      found.push(id);
      Object.values(definition.steps[id].next || {}).forEach(walk);
    };
    walk(definition.first);
    Object.keys(definition.steps).forEach(walk);
    return found;
  }

  Object.assign(window.journey, { TRIGGER, edits: { connect, copy, fresh, insert, order, place, put, remove, target, ways_to } });
})();
