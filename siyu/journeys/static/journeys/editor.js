// The editor of a journey: every act makes a new definition, which is drawn, checked and saved by itself; undo is the one before.
"use strict";
(() => {
  const { edits, layout, Graph, Panel, post, is_step, TRIGGER } = window.journey;
  const boot = JSON.parse(document.getElementById("journey-boot").textContent);
  const { words, urls, kinds } = boot;
  const { kept } = window.siyu;
  window.journey.words = words;
  const at = (name) => document.querySelector(`[data-journey="${name}"]`);
  const PATIENCE = 600; // milliseconds after the last change until it is saved
  const MOST = 200; // acts that can be undone
  const READABLE = 0.8; // the smallest that one begins with

  const state = {
    definition: boot.definition, revision: boot.revision, problems: boot.problems, parts: boot.parts, past: [], future: [], chosen: null, way: undefined,
    saved: JSON.stringify(boot.definition), highest: boot.highest, is_stale: false, sending: null, timer: 0,
  };
  // what a step looks like, by what it says: an undone step has its face again at once
  const seen = new Map();
  const told = (step) => JSON.stringify({ ...step, next: undefined });

  function learn(definition, faces) {
    for (const [id, face] of Object.entries(faces)) {
      const piece = id === TRIGGER ? definition.trigger : definition.steps[id];
      if (piece) seen.set(told(piece), face);
    }
  }

  function faces() {
    const known = (piece, kind) => seen.get(told(piece)) || { ...kind.face, words: "" };
    const found = { [TRIGGER]: known(state.definition.trigger, boot.trigger) };
    for (const [id, step] of Object.entries(state.definition.steps)) found[id] = known(step, kinds[step.step] || boot.unknown);
    return found;
  }

  learn(state.definition, boot.faces);
  Object.values(kinds).forEach((kind) => seen.set(told(kind.fresh), kind.face));

  const graph = new Graph(at("canvas"), {
    editable: true,
    label: words.canvas,
    acts: {
      choose: (id, way, _is_link, is_quiet) => choose(id, way, is_quiet),
      open: (id) => choose(id, undefined, false, true),
      connect: (from, way, to) => change(edits.connect(state.definition, from, way, to)),
      move: (places) => change(edits.place(state.definition, places)),
      drop: (kind, way, place) => add(kind, way && way[1] === undefined ? [way[0], free(way[0])] : way, way ? null : place),
      remove: (id) => remove(id),
    },
  });
  const panel = new Panel(at("panel"), boot, {
    put: (place, piece, face) => put(place, piece, face),
    connect: (id, way, to) => change(edits.connect(state.definition, id, way, to)),
    told: (message) => say(message, "danger"),
  });

  // --- acts ---

  function change(definition, { is_undo = false } = {}) {
    const [before, after] = [JSON.stringify(state.definition), JSON.stringify(definition)];
    if (before === after) return;
    if (!is_undo) {
      state.past = [...state.past.slice(-MOST), before];
      state.future = [];
    }
    state.definition = definition;
    state.highest = Math.max(state.highest, ...Object.keys(definition.steps).map((id) => Number(id.slice(1)) || 0));
    draw();
    later();
  }

  function undo(from, to) {
    if (!from.length) return;
    to.push(JSON.stringify(state.definition));
    change(JSON.parse(from.pop()), { is_undo: true });
    if (is_step(state.chosen) && !(state.chosen in state.definition.steps)) state.chosen = null;
    choose(state.chosen, state.way);
  }

  // The first way out of a step that leads nowhere yet, else its first.
  function free(id) {
    const ways = faces()[id].ways.map(([way]) => way);
    return ways.find((way) => !edits.target(state.definition, id, way)) ?? ways[0];
  }

  // Behind what is chosen; when nothing is, behind the first way that ends in the open.
  function opening() {
    const [chosen, way] = [state.chosen, state.way];
    if (chosen && (chosen === TRIGGER || chosen in state.definition.steps)) {
      const wanted = way ?? free(chosen);
      if (wanted !== undefined) return [chosen, wanted];
    }
    if (!edits.target(state.definition, TRIGGER, "next")) return [TRIGGER, "next"];
    const found = faces();
    for (const id of edits.order(state.definition)) {
      const open = found[id].ways.map(([one]) => one).find((one) => !edits.target(state.definition, id, one));
      if (open !== undefined) return [id, open];
    }
    return null;
  }

  function add(kind, way, place = null) {
    if (Object.keys(state.definition.steps).length >= boot.most) return say(words.full, "danger");
    const id = edits.fresh(state.definition, state.highest);
    const { fresh, face } = kinds[kind];
    const [from, out] = way && way[1] !== undefined ? way : [];
    let made = edits.insert(state.definition, id, fresh, face.ways.map(([one]) => one), from, out);
    if (made.places && Object.keys(made.places).length && place) made.places[id] = place;
    else if (place) made = edits.place(made, { ...graph.drawn, [id]: place });
    change(made);
    choose(id);
    graph.show(id);
    return say(words.added.replace("%s", face.title));
  }

  function remove(id, way) {
    if (way !== undefined && edits.target(state.definition, id, way)) return change(edits.connect(state.definition, id, way, ""));
    if (!is_step(id) || !(id in state.definition.steps)) return undefined;
    const [before] = edits.ways_to(state.definition, id)[0] || [TRIGGER];
    const { title } = faces()[id];
    change(edits.remove(state.definition, id));
    choose(before in state.definition.steps ? before : TRIGGER);
    graph.focus(state.chosen);
    return say(words.removed.replace("%s", title));
  }

  function duplicate(id) {
    const id_of_copy = edits.fresh(state.definition, state.highest);
    const made = edits.copy(state.definition);
    const { next, ...piece } = made.steps[id];
    made.steps[id_of_copy] = piece;
    if (made.places?.[id]) made.places[id_of_copy] = layout.beside(made.places, made.places[id]);
    change(made);
    choose(id_of_copy);
    graph.show(id_of_copy);
  }

  function put(place, piece, face) {
    if (is_step(place)) {
      if (!(place in state.definition.steps)) return;
      const before = faces()[place].ways.map(([way]) => way);
      seen.set(told(piece), face);
      change(edits.put(state.definition, place, piece, before, face.ways.map(([way]) => way)));
      return;
    }
    const made = edits.copy(state.definition);
    if (place === TRIGGER) {
      seen.set(told(piece), face);
      made.trigger = piece;
    } else if (piece === null) delete made[place];
    else made[place] = piece;
    change(made);
  }

  // --- what is seen ---

  const piece_of = (place) => (place === TRIGGER ? state.definition.trigger : is_step(place) ? state.definition.steps[place] : state.definition[place]);

  function draw() {
    const found = faces();
    const faults = {};
    for (const one of state.problems) if (one.place === TRIGGER || is_step(one.place)) faults[one.place] ??= one.message;
    graph.draw(state.definition, found, { faults });
    graph.choose(state.chosen, state.way);
    panel.follow(state.definition, found);
    panel.fault(state.problems);
    at("undo").disabled = !state.past.length;
    at("redo").disabled = !state.future.length;
    count();
  }

  function count() {
    const places = { entry: 0, exits: 0, goal: 0, [TRIGGER]: 0 };
    state.problems.forEach((one) => { if (one.place in places) places[one.place] += 1; });
    document.querySelectorAll("[data-part]").forEach((button) => {
      button.classList.toggle("is-bad", places[button.dataset.part] > 0);
      button.setAttribute("aria-pressed", String(state.chosen === button.dataset.part));
      const told_of = button.querySelector("[data-words]");
      if (told_of && state.parts[button.dataset.part]) told_of.textContent = state.parts[button.dataset.part];
    });
    const list = at("problems");
    at("wrong").hidden = !state.problems.length;
    list.replaceChildren(...state.problems.slice(0, 50).map((one) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "list-group-item list-group-item-action" });
      const where = Object.assign(document.createElement("strong"), { textContent: one.where });
      button.append(where, ` ${one.message}`);
      button.addEventListener("click", () => { choose(one.place, undefined, false, true); graph.show(one.place); });
      return button;
    }));
    at("problem-count").textContent = state.problems.length ? words.faults.replace("%s", state.problems.length) : words.faultless;
    at("problem-count").className = state.problems.length ? "badge bg-red-lt" : "badge bg-green-lt";
    at("publish").classList.toggle("disabled", state.problems.length > 0);
    at("publish").setAttribute("aria-disabled", String(state.problems.length > 0));
  }

  // Choose a place: its form is shown; `is_quiet` leaves the form for later (the arrows pass by).
  function choose(place, way, is_quiet = false, is_focused = false) {
    if (is_step(place) && place !== null && !(place in state.definition.steps)) place = null;
    const is_same = place === state.chosen && panel.place === place && !is_focused;
    Object.assign(state, { chosen: place, way });
    graph.choose(place, way);
    count();
    at("overview").hidden = Boolean(place);
    at("panel").hidden = !place;
    clearTimeout(state.quiet);
    if (!place) panel.close();
    else if (is_quiet) state.quiet = setTimeout(() => panel.open(place, piece_of(place)), 250);
    else if (!is_same || is_focused) panel.open(place, piece_of(place), is_focused);
    else panel.open(place, piece_of(place));
  }

  function say(message, colour = "secondary") {
    const place = at("said");
    place.textContent = message;
    place.className = `siyu-note text-${colour}`;
  }

  // --- saving ---

  function later() {
    clearTimeout(state.timer);
    mark("changed");
    kept.write({ definition: state.definition, revision: state.revision });
    state.timer = setTimeout(save, PATIENCE);
  }

  function mark(how, time = "") {
    at("saved").textContent = words[how].replace("%s", time);
    at("saved").dataset.state = how;
  }

  const is_changed = () => JSON.stringify(state.definition) !== state.saved;

  async function save() {
    clearTimeout(state.timer);
    if (state.sending) return state.sending.then(save);
    if (!is_changed() || state.is_stale || state.is_ended) return undefined;
    mark("saving");
    state.sending = send();
    await state.sending;
    state.sending = null;
    if (is_changed() && !state.is_stale && at("saved").dataset.state !== "failed") later();
    return undefined;
  }

  async function send() {
    const sent = state.definition;
    try {
      const answer = await post(urls.draft, { definition: sent, revision: state.revision });
      if (answer.refused) {
        refused(answer.refused);
        return;
      }
      state.saved = JSON.stringify(sent);
      state.revision = answer.revision;
      learn(sent, answer.faces);
      Object.assign(state, { problems: answer.problems, parts: answer.parts });
      if (!is_changed()) kept.drop();
      if (!is_changed()) mark("saved", new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }).format(new Date()));
      draw();
    } catch {
      mark("failed");
      state.timer = setTimeout(save, PATIENCE * 10);
    }
  }

  function refused(refusal) {
    mark("failed");
    if (refusal.code !== "journey.stale") {
      say(refusal.message, "danger");
      return;
    }
    state.is_stale = true;
    state.theirs = refusal.revision;
    at("conflict-words").textContent = refusal.message;
    at("conflict").hidden = false;
    at("conflict").focus();
  }

  at("take-theirs").addEventListener("click", () => { kept.drop(); state.saved = JSON.stringify(state.definition); window.location.reload(); });
  at("keep-mine").addEventListener("click", async () => {
    Object.assign(state, { revision: state.theirs, is_stale: false, saved: "" });
    at("conflict").hidden = true;
    await save();
  });

  // What this tab kept and could not save; when somebody saved meanwhile, saving it asks which of both stands.
  function take_up() {
    const found = kept.read();
    if (!found?.definition || JSON.stringify(found.definition) === state.saved) return kept.drop();
    state.revision = found.revision;
    change(found.definition);
    choose(null);
    return say(words.kept);
  }

  // --- what the page offers ---

  document.querySelectorAll("[data-kind]").forEach((button) => {
    button.addEventListener("click", () => add(button.dataset.kind, opening()));
    button.addEventListener("dragstart", (event) => {
      event.dataTransfer.setData("text/journey-kind", button.dataset.kind);
      event.dataTransfer.effectAllowed = "copy";
    });
  });
  document.querySelectorAll("[data-part]").forEach((button) => button.addEventListener("click", () => choose(button.dataset.part, undefined, false, true)));
  at("panel").addEventListener("click", (event) => {
    const act = event.target.closest("[data-do]")?.dataset.do;
    if (act === "remove") remove(state.chosen);
    if (act === "duplicate") duplicate(state.chosen);
    if (act === "close") choose(null);
  });
  at("undo").addEventListener("click", () => undo(state.past, state.future));
  at("redo").addEventListener("click", () => undo(state.future, state.past));
  at("tidy").addEventListener("click", () => { change(edits.place(state.definition, {})); graph.whole(); });
  at("larger").addEventListener("click", () => graph.zoom(graph.scale * 1.2));
  at("smaller").addEventListener("click", () => graph.zoom(graph.scale / 1.2));
  at("whole").addEventListener("click", () => graph.whole());
  at("publish").addEventListener("click", async (event) => {
    event.preventDefault();
    if (state.problems.length) return;
    await save();
    if (!is_changed() && !state.problems.length) window.location.href = urls.publish;
  });
  document.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    if (event.key === "Escape" && at("panel").contains(event.target)) graph.focus(state.chosen);
    if (!(event.ctrlKey || event.metaKey)) return;
    if (key === "s") {
      event.preventDefault();
      document.activeElement?.blur?.();
      save();
    }
    if (event.target.matches("input, textarea, select")) return;
    if (key === "z" || key === "y") {
      event.preventDefault();
      if (key === "y" || event.shiftKey) undo(state.future, state.past); else undo(state.past, state.future);
    }
  });
  window.addEventListener("beforeunload", (event) => { if (is_changed() && !state.is_stale && !state.is_ended) { save(); event.preventDefault(); } });
  document.addEventListener("journey:ended", () => {
    if (state.is_ended) return;
    state.is_ended = true;
    at("ended").hidden = false;
    at("ended").focus();
  });

  document.addEventListener("keydown", (event) => {
    if ((event.key === "Delete" || event.key === "Backspace") && event.target === document.body && state.chosen) remove(state.chosen, state.way);
  });

  graph.draw(state.definition, faces(), {});
  graph.whole(READABLE);
  draw();
  choose(null);
  take_up();
  at("canvas").dataset.ready = "yes";
})();
