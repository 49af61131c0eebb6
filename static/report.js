// The report page: a button that starts long work says so and is not pressed twice.
for (const form of document.querySelectorAll("form")) {
  const button = form.querySelector("[data-busy]");
  if (!button) continue;
  form.addEventListener("submit", () => {
    button.textContent = button.dataset.busy;
    button.setAttribute("aria-disabled", "true");
    button.addEventListener("click", (event) => event.preventDefault());
  });
}
