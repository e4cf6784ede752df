// Theme, command palette and keys. Everything they do is also a link or a form, which work without this file.
const root = document.documentElement;
const find = (selector) => document.querySelector(selector);
const typing = (target) => target.matches("input, select, textarea");
const isDark = () =>
  root.dataset.theme === "dark" ||
  (root.dataset.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);

const actions = {
  theme() { root.dataset.theme = localStorage.theme = isDark() ? "light" : "dark"; },
  palette() { const dialog = find("#palette"); dialog.showModal(); dialog.querySelector("input").select(); },
  keys() { find("#keys").showModal(); },
};

document.addEventListener("click", (event) => {
  const asked = event.target.closest("[data-action]");
  if (asked && actions[asked.dataset.action]) { event.preventDefault(); actions[asked.dataset.action](); }
  if (event.target.matches("dialog")) event.target.close();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

const rows = () => [...document.querySelectorAll("[data-rows] > li, [data-rows] > tr")];
const current = () => rows().find((row) => row.classList.contains("sel"));
function move(by) {
  const all = rows(), at = all.indexOf(current());
  const next = all[Math.max(0, Math.min(all.length - 1, at + by))];
  if (!next) return;
  all.forEach((row) => row.classList.toggle("sel", row === next));
  next.scrollIntoView({ block: "nearest" });
  next.querySelector("a")?.focus({ preventScroll: true });
}

let prefix = "";
document.addEventListener("keydown", (event) => {
  if ((event.metaKey || event.ctrlKey) && event.key === "k") { event.preventDefault(); return actions.palette(); }
  const palette = event.target.closest("#palette");
  if (palette && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const links = [...palette.querySelectorAll("input, a")], at = links.indexOf(document.activeElement);
    event.preventDefault();
    return links[(at + (event.key === "ArrowDown" ? 1 : links.length - 1)) % links.length].focus();
  }
  if (typing(event.target) || event.metaKey || event.ctrlKey || event.altKey || find("dialog[open]")) return;
  const chord = prefix + event.key, link = find(`[data-key="${CSS.escape(chord)}"]`);
  const own = current()?.querySelector(`[data-row-key="${CSS.escape(event.key)}"]`);
  prefix = event.key === "g" && !prefix ? "g" : "";
  if (link || own) { event.preventDefault(); return (own || link).click(); }
  if (event.key === "/") { event.preventDefault(); (find("main input[type=search]") || actions.palette()).focus?.(); }
  if (event.key === "?") actions.keys();
  if (event.key === "j" || event.key === "k") move(event.key === "j" ? 1 : -1);
  if (event.key === "Enter" && !event.target.closest("a, button, summary")) current()?.querySelector("a")?.click();
});
