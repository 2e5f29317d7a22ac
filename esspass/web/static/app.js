// Starts the components on every page. No inline script exists, so everything begins here.
import { initAll } from "./govuk-frontend.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

for (const field of document.querySelectorAll('[data-module="app-copy"]')) {
  const [value, button, status] = ["__value", "__button", "__status"].map((part) => field.querySelector(`.app-copy${part}`));
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(value.value);
    status.textContent = status.dataset.copied;
  });
}

for (const box of document.querySelectorAll('[data-module="app-waiting"]')) {
  const ask = async () => {
    try {
      const answer = await fetch(box.dataset.url, { headers: { Accept: "application/json" }, cache: "no-store" });
      const { location } = await answer.json();
      if (location) return window.location.assign(location);
      if (!answer.ok) throw new Error(answer.status);
      setTimeout(ask, box.dataset.interval * 1000);
    } catch {
      box.querySelector('[role="status"]').textContent = box.dataset.lost;
      box.classList.add("app-waiting--lost");
    }
  };
  setTimeout(ask, box.dataset.interval * 1000);
}
