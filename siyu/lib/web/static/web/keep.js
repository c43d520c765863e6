// The work in a form with data-keep stays in this tab until it is saved: neither an ended session nor a wrong click loses it, and leaving asks.
// What is kept belongs to one person and one page; it goes with the tab and with the log-out.
"use strict";
window.siyu = window.siyu || {};
(() => {
  const PREFIX = "siyu-kept:";
  const viewer = document.body.dataset.viewer;
  const key = `${PREFIX}${viewer}:${window.location.pathname}`;
  // a browser that keeps nothing, or whose store is full, still asks before it leaves
  const tried = (act) => { try { return act(window.sessionStorage); } catch { return null; } };
  const read = (name = key) => tried((store) => JSON.parse(store.getItem(name)));
  const write = (value) => tried((store) => store.setItem(key, JSON.stringify(value)));
  const drop = (name = key) => tried((store) => store.removeItem(name));
  const names = () => tried((store) => Object.keys(store).filter((name) => name.startsWith(PREFIX))) || [];
  window.siyu.kept = { read, write, drop };
  if (!viewer) return;

  document.addEventListener("submit", (event) => { if (event.target.matches("[data-forget]")) names().forEach((name) => drop(name)); });

  const form = document.querySelector("form[data-keep]");
  // a page after this one that is no error: what was sent has been saved
  if (!document.querySelector("[data-fault]")) names().filter((name) => read(name)?.is_sent && !(form && name === key)).forEach((name) => drop(name));
  if (!form) return;

  const typed = () => [...new FormData(form)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");
  const told = () => JSON.stringify(typed());
  const before = "typed" in form.dataset ? "" : told();
  const found = read();
  let is_leaving = false;

  function remember(is_sent = false) {
    if (is_leaving && !is_sent) return; // what settles after the form was sent does not take the mark away
    if (told() === before) drop(); else write({ fields: typed(), at: Date.now(), is_sent });
  }

  // What was typed is sent to the page once more, which draws it and saves nothing.
  function take_up(fields) {
    const sent = Object.assign(document.createElement("form"), { method: "post", hidden: true });
    const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
    for (const [name, value] of [["csrfmiddlewaretoken", token], ["step", "again"], ...fields]) {
      sent.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    document.body.append(sent);
    is_leaving = true;
    sent.submit();
  }

  function offer({ fields, at }) {
    const note = document.getElementById("siyu-kept").content.firstElementChild.cloneNode(true);
    note.querySelector("time").textContent = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" }).format(at);
    note.querySelector("[data-take-up]").addEventListener("click", () => take_up(fields));
    note.querySelector("[data-discard]").addEventListener("click", () => { note.remove(); remember(); });
    document.querySelector("#content > *").prepend(note);
  }

  if (found?.fields && before && JSON.stringify(found.fields) !== before) offer(found);
  else remember();
  form.addEventListener("input", () => remember());
  form.addEventListener("change", () => remember());
  form.addEventListener("htmx:afterSettle", () => remember());
  form.addEventListener("submit", () => { is_leaving = true; remember(true); });
  document.addEventListener("htmx:beforeOnLoad", (event) => { if (event.detail.xhr.status === 401) { remember(); is_leaving = true; } });
  window.addEventListener("pageshow", (event) => { if (event.persisted) is_leaving = false; });
  window.addEventListener("beforeunload", (event) => { if (!is_leaving && told() !== before) event.preventDefault(); });
})();
