/** Days and months later, on ISO full-dates; null where the calendar ends. */

const DAY_MILLISECONDS = 86_400_000;

/** Return the day so much later. */
export function plusDays(day, days) {
  return writeDay(new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MILLISECONDS));
}

/** Return the same day of another month, or its last one. */
export function plusMonths(day, months) {
  const [year, month, date] = day.split("-").map(Number);
  const total = year * 12 + month - 1 + months;
  const [laterYear, laterMonth] = [Math.floor(total / 12), ((total % 12) + 12) % 12];
  const last = createDate(laterYear, laterMonth + 1, 0).getUTCDate();
  return writeDay(createDate(laterYear, laterMonth, Math.min(date, last)));
}

/** `Date.UTC` takes years below 100 for those of the last century. */
function createDate(year, month, date) {
  const moment = new Date(0);
  moment.setUTCFullYear(year, month, date);
  return moment;
}

function writeDay(moment) {
  const year = moment.getUTCFullYear();
  return year >= 1 && year <= 9999 ? moment.toISOString().slice(0, 10) : null;
}
