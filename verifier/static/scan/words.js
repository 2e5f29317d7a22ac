// The page's texts in its language, and how dates, countries and ages are written in it.
const { texts, reasons, checks, settings } = JSON.parse(document.getElementById("scan").dataset.page);
export const locale = document.documentElement.lang;
const bcp = locale === "en" ? "en-GB" : locale;
const dayFormat = new Intl.DateTimeFormat(bcp, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const hourFormat = new Intl.DateTimeFormat(bcp, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const shortFormat = new Intl.DateTimeFormat(bcp, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const regions = new Intl.DisplayNames([bcp], { type: "region" });
export { checks, settings };

/** A text with its `%(name)s` filled in. */
export function t(key, values = {}) {
  const text = texts[key];
  if (text === undefined) throw new Error(`no text: ${key}`);
  return text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
}

export const hasText = (key) => key in texts;
export const describeReason = (code) => reasons[code] ?? t("reason_unknown");

/** An ISO date in words; a year, or a year and a month, where no more is known. */
export function day(iso) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(iso ?? "")) return iso ?? "";
  if (/-00/.test(iso)) return iso.replace(/-00/g, "").split("-").reverse().join("/");
  return dayFormat.format(new Date(`${iso}T00:00:00Z`));
}

/** A time in epoch seconds: the hour today, else the day with it. */
export function moment(seconds) {
  const when = new Date(seconds * 1000);
  const today = new Date().toDateString() === when.toDateString();
  return (today ? hourFormat : shortFormat).format(when);
}

export function country(code) {
  try {
    return regions.of(code);
  } catch {
    return code;
  }
}

/** A span of time in the largest unit that is not zero; at least a minute. */
export function ago(seconds) {
  const [unit, size] = [["day", 86400], ["hour", 3600], ["minute", 60]].find(([, each]) => seconds >= each) ?? ["minute", 60];
  return new Intl.NumberFormat(bcp, { style: "unit", unit, unitDisplay: "long" }).format(Math.max(1, Math.floor(seconds / size)));
}

/** Today, as the calendar of the place where the device is says. */
export function today() {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}
