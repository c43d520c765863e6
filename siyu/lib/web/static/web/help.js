// What a figure means is shown within the window, until Escape, which goes back to its sign, or until something else is pressed.
"use strict";
const open_helps = () => [...document.querySelectorAll(".siyu-help[open]")];
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const help of open_helps()) {
    help.open = false;
    help.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const help of open_helps()) if (!help.contains(event.target)) help.open = false;
});
document.addEventListener("toggle", (event) => {
  const words = event.target.open && event.target.querySelector(".siyu-help-words");
  if (words) words.classList.toggle("siyu-help-end", words.getBoundingClientRect().right > document.documentElement.clientWidth);
}, true);
