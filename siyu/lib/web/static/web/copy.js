// Buttons with data-copy put their value on the clipboard and say so.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await copy(button.dataset.copy);
  const words = button.innerHTML;
  button.textContent = button.dataset.copied;
  setTimeout(() => { button.innerHTML = words; }, 1500);
});

// Browsers keep the clipboard from pages without HTTPS, such as a phone in the shop sees; from a chosen text they copy there, too.
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const box = document.createElement("textarea");
  box.value = text;
  box.setAttribute("readonly", "");
  box.className = "siyu-unseen";
  document.body.append(box);
  box.select();
  document.execCommand("copy");
  box.remove();
}
