// Copies the text of a field: <button data-copy="ID of the field">, then says so beside it.

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  const copied = await copy(field.value);
  const said = button.parentElement.querySelector("[role=status]");
  said.textContent = copied ? "Copied." : "Selected: copy it with the keyboard.";
});

// The clipboard is there only under TLS and on localhost; elsewhere the selection is copied.
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}
