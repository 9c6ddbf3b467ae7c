// The button of a block copies its code alone: no prompt, and nothing of what the code prints.
function codeOf(text) {
  const lines = text.replace(/\n$/, "").split("\n");
  if (lines.some((line) => line.startsWith(">>> "))) {
    return lines.filter((line) => /^(>>>|\.\.\.)( |$)/.test(line) && line !== "  ...")
      .map((line) => line.slice(4)).join("\n");
  }
  if (lines.some((line) => line.startsWith("$ "))) {
    return lines.filter((line) => line.startsWith("$ ")).map((line) => line.slice(2)).join("\n");
  }
  return lines.filter((line) => !line.startsWith("#>")).join("\n");
}

// Before the button's own script looks for the text.
document.addEventListener("click", (event) => {
  const button = event.target.closest && event.target.closest("[data-clipboard-target]");
  if (!button) return;
  const code = document.querySelector(button.getAttribute("data-clipboard-target"));
  if (code) button.setAttribute("data-clipboard-text", codeOf(code.textContent));
}, true);
