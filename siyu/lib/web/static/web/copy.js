// Buttons with data-copy put their value on the clipboard and say so.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const words = button.innerHTML;
  button.textContent = button.dataset.copied;
  setTimeout(() => { button.innerHTML = words; }, 1500);
});
