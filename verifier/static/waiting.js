// Follows one request: asks how far it has come, counts down, and goes on when there is a verdict.
const box = document.querySelector('[data-module="verifier-waiting"]');
const steps = [...box.querySelectorAll("[data-stage]")];
const time = box.querySelector("[data-countdown]");
const bar = box.querySelector("[data-bar]");
const announce = box.querySelector("[data-announce]");
let ends = Date.now() + box.dataset.remaining * 1000;

function showTime() {
  const left = Math.max(0, Math.round((ends - Date.now()) / 1000));
  time.textContent = `${Math.floor(left / 60)} ${box.dataset.minutes} ${left % 60} ${box.dataset.seconds}`;
  bar.value = left;
}

function showStage(stage) {
  const place = steps.findIndex((step) => step.dataset.stage === stage);
  if (place < 0 || steps[place].hasAttribute("aria-current")) return;
  steps.forEach((step, index) => {
    step.classList.toggle("app-steps__step--done", index < place);
    step.classList.toggle("app-steps__step--current", index === place);
    step.toggleAttribute("aria-current", false);
  });
  steps[place].setAttribute("aria-current", "step");
  announce.textContent = steps[place].textContent;
}

async function ask() {
  try {
    const answer = await fetch(box.dataset.url, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (!answer.ok) return window.location.reload();
    const { stage, remaining, location } = await answer.json();
    if (location) return window.location.assign(location);
    ends = Date.now() + remaining * 1000;
    showStage(stage);
    setTimeout(ask, 1000);
  } catch {
    announce.textContent = box.dataset.lost;
    announce.classList.remove("govuk-visually-hidden");
    setTimeout(ask, 5000);
  }
}

setInterval(showTime, 1000);
setTimeout(ask, 700);
