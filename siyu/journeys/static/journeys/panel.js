// The form beside the canvas: drawn by the server from the terms of what was chosen, sent back at every change.
"use strict";
window.journey = window.journey || {};
(() => {
  const { TRIGGER, edits } = window.journey;
  const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

  // Every page answers a session that has ended by leading to the log-in.
  async function ask(url, options) {
    const answer = await fetch(url, { ...options, redirect: "manual" });
    if (answer.type === "opaqueredirect") {
      document.dispatchEvent(new Event("journey:ended"));
      throw new Error(`log-in ${url}`);
    }
    return answer;
  }

  // POST something and read JSON; what is refused comes as {refused: …}.
  async function post(url, body) {
    const is_form = body instanceof FormData;
    const headers = { "X-CSRFToken": token(), "X-Requested-With": "fetch", ...(is_form ? {} : { "Content-Type": "application/json" }) };
    const answer = await ask(url, { method: "POST", headers, body: is_form ? body : JSON.stringify(body) });
    if (answer.status === 409) return { refused: await answer.json() };
    if (!answer.ok) throw new Error(`${answer.status} ${url}`);
    return answer.json();
  }

  class Panel {
    // `acts.put(place, piece)` takes a changed piece; `acts.connect(id, way, to)` a changed way; `acts.told(words)` a failure.
    constructor(holder, boot, acts) {
      Object.assign(this, { holder, boot, acts, place: null, turn: 0 });
      holder.addEventListener("change", (event) => this.changed(event.target));
      holder.addEventListener("click", (event) => {
        const button = event.target.closest("[data-act]");
        if (button) this.send(button.dataset.act);
        const rule = event.target.closest("[data-rule]");
        if (rule) this.rule(rule.dataset.rule);
      });
      holder.addEventListener("submit", (event) => event.preventDefault());
      this.dialog = document.getElementById("journey-rule");
      this.dialog.querySelector("[data-close]").addEventListener("click", () => this.dialog.close());
      this.dialog.addEventListener("submit", (event) => { event.preventDefault(); this.ruled(); });
    }

    get form() {
      return this.holder.querySelector("form");
    }

    // Show the form of a place: a step, the trigger, `entry`, `exits`, `goal`.
    async open(place, piece, is_focused = false) {
      this.place = place;
      const body = new FormData();
      body.set("place", place);
      body.set("piece", JSON.stringify(piece ?? null));
      await this.ask(body, true);
      if (!is_focused) return;
      const box = (type) => `form .row ${type}`;
      (this.holder.querySelector([box("input:not([type=hidden])"), box("select"), box("textarea")].join()) || this.holder.querySelector("form select, form [data-act], form button"))?.focus();
    }

    close() {
      this.place = null;
      this.turn += 1;
      this.holder.replaceChildren();
    }

    changed(input) {
      if (!this.form || !this.form.contains(input)) return;
      if (input.dataset.next !== undefined) this.acts.connect(this.place, input.dataset.next, input.value);
      else this.send(input.dataset.redraw !== undefined ? "redraw" : "");
    }

    async send(act) {
      const body = new FormData(this.form);
      body.set("place", this.place);
      body.set("act", act);
      await this.ask(body, Boolean(act), true);
    }

    async ask(body, is_drawn, is_change = false) {
      this.turn += 1;
      const { turn, place } = this;
      let answer;
      try {
        answer = await post(this.boot.urls.panel, body);
      } catch {
        this.acts.told(this.boot.words.offline);
        return;
      }
      if (turn !== this.turn && !is_change) return; // something else was chosen meanwhile
      if (is_change) this.acts.put(place, answer.piece, answer.face);
      if (turn === this.turn && is_drawn) this.draw(answer.html);
    }

    draw(html) {
      const focused = this.holder.contains(document.activeElement) ? document.activeElement.name || document.activeElement.dataset.act : "";
      this.holder.innerHTML = html;
      this.follow();
      this.fault();
      if (focused) [...this.holder.querySelectorAll("[name], [data-act]")].find((one) => (one.name || one.dataset.act) === focused)?.focus();
    }

    // Where each way leads: a choice among the steps, for keyboards and phones.
    follow(definition = this.definition, faces = this.faces) {
      Object.assign(this, { definition, faces });
      const list = this.holder.querySelector("[data-ways]");
      if (!list || !faces?.[this.place]) return;
      list.closest("fieldset").hidden = !faces[this.place].ways.length;
      list.replaceChildren(...faces[this.place].ways.map(([way, words], at) => {
        const row = document.createElement("div");
        row.className = "mb-2";
        const label = Object.assign(document.createElement("label"), { className: "form-label", htmlFor: `way-${at}`, textContent: words || this.boot.words.onward });
        const select = Object.assign(document.createElement("select"), { className: "form-select", id: `way-${at}` });
        select.dataset.next = way;
        select.add(new Option(way === "refused" ? this.boot.words.same : this.boot.words.ends, ""));
        for (const id of edits.order(definition)) {
          if (id !== this.place) select.add(new Option([faces[id].title, faces[id].words].filter(Boolean).join(" · "), id));
        }
        select.value = edits.target(definition, this.place, way) || "";
        row.append(label, select);
        return row;
      }));
    }

    // Say what is wrong, beside the field that it is about.
    fault(problems = this.problems) {
      this.problems = problems;
      this.holder.querySelectorAll(".journey-said").forEach((one) => one.remove());
      this.holder.querySelectorAll(".is-invalid").forEach((one) => { one.classList.remove("is-invalid"); one.removeAttribute("aria-describedby"); });
      if (!this.form) return;
      (problems || []).filter((one) => one.place === this.place).forEach((one, at) => {
        const said = Object.assign(document.createElement("div"), { className: "journey-said text-danger small mt-1", id: `said-${at}`, textContent: one.message });
        const field = this.field(one.field);
        (field || this.holder.querySelector("[data-faults]")).append(said);
        const input = field?.querySelector("input:not([type=hidden]), select, textarea");
        input?.classList.add("is-invalid");
        input?.setAttribute("aria-describedby", said.id);
      });
    }

    // The box of a field, or of what holds it: ways.0.rule, ways.0, ways.
    field(name) {
      const parts = name.split(".");
      for (let many = parts.length; many > 0; many -= 1) {
        const found = this.holder.querySelector(`[data-field="${CSS.escape(parts.slice(0, many).join("."))}"]`);
        if (found) return found;
      }
      return parts[0] === "next" ? this.holder.querySelector("[data-ways]") : null;
    }

    // A rule of audiences is written in its own builder, in a dialog.
    async rule(name) {
      this.ruling = name;
      const body = this.dialog.querySelector("#builder");
      const url = `${this.boot.urls.builder}?${new URLSearchParams({ rule: this.form.elements[name].value })}`;
      body.innerHTML = await (await ask(url)).text();
      window.htmx.process(body);
      this.dialog.querySelector("[data-refused]").textContent = "";
      this.dialog.showModal();
    }

    async ruled() {
      const answer = await post(this.boot.urls.rule, new FormData(this.dialog.querySelector("form")));
      if (answer.refused) {
        this.dialog.querySelector("[data-refused]").textContent = answer.refused.message;
        return;
      }
      this.form.elements[this.ruling].value = JSON.stringify(answer.rule);
      this.dialog.close();
      await this.send("redraw");
    }
  }

  Object.assign(window.journey, { Panel, post, is_step: (place) => place !== TRIGGER && !["entry", "exits", "goal"].includes(place) });
})();
