// What stands in an input with suggestions is said in words below it, when a suggestion of that value has words of its own.
"use strict";
function tell(input) {
  const found = [...(input.list?.options || [])].find((one) => one.value === input.value);
  const words = found && found.label !== found.value ? found.label : "";
  let note = input.nextElementSibling;
  if (!note?.matches(".siyu-meaning")) {
    if (!words) return;
    note = Object.assign(document.createElement("div"), { className: "siyu-meaning form-hint mt-1" });
    input.after(note);
  }
  note.textContent = words;
}
const tell_all = () => document.querySelectorAll("input[list]").forEach(tell);
tell_all();
document.addEventListener("input", (event) => { if (event.target.list) tell(event.target); });
document.addEventListener("htmx:load", tell_all);
