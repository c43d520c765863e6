// A button with data-choose-all="name" ticks every box of that name, or unticks them when all are ticked.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-choose-all]");
  if (!button) return;
  const boxes = [...document.querySelectorAll(`input[type=checkbox][name="${button.dataset.chooseAll}"]`)];
  const all = boxes.every((box) => box.checked);
  boxes.forEach((box) => { box.checked = !all; });
});
