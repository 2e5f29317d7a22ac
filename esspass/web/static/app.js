// Starts the components on every page. No inline script exists, so everything begins here.
import { initAll } from "./govuk-frontend.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// Times come in UTC; people read them in the time of the place where they are.
const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric" });
const hour = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
for (const time of document.querySelectorAll("time[datetime]")) {
  const moment = new Date(time.dateTime);
  time.title = time.textContent;
  time.textContent = `${day.format(moment)}, ${hour.format(moment)}`;
}

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
