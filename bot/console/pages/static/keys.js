// What can be done without a mouse. Single letters work outside of fields, and can be turned off (WCAG 2.1.4).
const STORED = "console-keys";

export function keys({ open, talk }) {
  const on = document.getElementById("keys-on");
  on.checked = localStorage.getItem(STORED) !== "off";
  on.addEventListener("change", () => localStorage.setItem(STORED, on.checked ? "on" : "off"));
  const does = {
    "?": () => open("keys"),
    i: () => location.assign("/console/"),
    j: () => step(1),
    k: () => step(-1),
    r: () => document.getElementById("reply")?.focus(),
    n: () => talk && open("note"),
  };
  document.addEventListener("keydown", (event) => {
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || (!on.checked && event.key !== "?")) return;
    const button = document.querySelector(`[data-tap="${CSS.escape(event.key)}"]`);
    const act = does[event.key] ?? (button && (() => button.click()));
    if (!act) return;
    event.preventDefault();
    act();
  });
}

// A field in a dialog keeps the focus for a moment after the dialog is closed: what is pressed then is for the page.
function typing(target) {
  const dialog = target.closest("dialog");
  return dialog ? dialog.open : target.closest("input, textarea, select");
}

function step(by) {
  const links = [...document.querySelectorAll(".list a")].filter((one) => one.offsetParent);
  const at = links.indexOf(document.activeElement);
  links[Math.max(0, Math.min(links.length - 1, at < 0 ? (by > 0 ? 0 : links.length - 1) : at + by))]?.focus();
}
