// Keeps the code on the card fresh: a code is good for five minutes, a new one comes every two while the page is looked at.
const place = document.querySelector("[data-card]");
async function renew() {
  if (!place || document.hidden) return;
  try {
    const answer = await fetch(place.dataset.card, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (answer.ok && !answer.redirected) place.innerHTML = await answer.text();
  } catch { /* no network: the next turn tries again, and the link below the code does too */ }
}
setInterval(renew, 120000);
document.addEventListener("visibilitychange", renew);
