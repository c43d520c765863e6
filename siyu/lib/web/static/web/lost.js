// A button whose request fails says so: without a word it would look as if it did nothing.
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    const content = document.getElementById("content");
    if (event.target.dataset.failed || event.detail.xhr?.status === 401 || !content || document.getElementById("siyu-lost")) return;
    const box = document.createElement("div");
    box.id = "siyu-lost";
    box.className = "alert alert-danger container-xl";
    box.setAttribute("role", "alert");
    box.textContent = document.body.dataset.lost;
    content.prepend(box);
    box.scrollIntoView({ block: "nearest" });
  });
}
