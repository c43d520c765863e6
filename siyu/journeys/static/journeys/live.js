// A journey as it runs: the picture with its numbers, asked for again while somebody looks.
"use strict";
(() => {
  const { Graph, number, share } = window.journey;
  const boot = JSON.parse(document.getElementById("journey-boot").textContent);
  window.journey.words = boot.words;
  const at = (name) => document.querySelector(`[data-journey="${name}"]`);
  const choose = (id) => {
    graph.choose(id);
    if (id && boot.urls.standing) window.htmx.ajax("GET", `${boot.urls.standing}&step=${encodeURIComponent(id)}`, { target: at("side"), swap: "innerHTML" });
  };
  const graph = new Graph(at("canvas"), { label: boot.words.canvas, acts: { choose, open: choose } });

  function draw(numbers) {
    const told = (passed) => (numbers.entered ? `${number(passed)} (${share(passed, numbers.entered)})` : number(passed));
    const ways = numbers?.entered ? Object.fromEntries(Object.entries(numbers.ways).map(([way, passed]) => [way, told(passed)])) : {};
    graph.draw(boot.definition, boot.faces, { steps: numbers?.steps, ways });
  }

  async function look() {
    if (document.hidden) return;
    const answer = await fetch(boot.urls.numbers).catch(() => null);
    if (!answer?.ok) return; // the numbers seen last stay, and the next look may find more
    const numbers = await answer.json();
    draw(numbers);
    [...at("figures").querySelectorAll(".siyu-figure")].forEach((card, place) => {
      card.querySelector(".siyu-value").textContent = numbers.figures[place][1];
      const note = card.querySelector(".siyu-note span");
      if (note) note.textContent = numbers.figures[place][2];
    });
  }

  at("version")?.addEventListener("change", (event) => event.target.form.submit());
  at("larger").addEventListener("click", () => graph.zoom(graph.scale * 1.2));
  at("smaller").addEventListener("click", () => graph.zoom(graph.scale / 1.2));
  at("whole").addEventListener("click", () => graph.whole());
  draw(boot.numbers);
  graph.whole(0.7);
  at("canvas").dataset.ready = "yes";
  if (boot.numbers && boot.seconds) setInterval(look, boot.seconds * 1000);
})();
