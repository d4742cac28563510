// Says a typed day in words, with its weekday and distance: «mardi 12 janvier 2027, dans 41 jours».
// <input type="date" id="date"> … <p data-echoes="date" role="status"></p>
for (const echo of document.querySelectorAll("[data-echoes]")) {
  const input = document.getElementById(echo.dataset.echoes);
  const { lang } = document.documentElement;
  const inWords = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, { dateStyle: "full", timeZone: "UTC" });
  const away = new Intl.RelativeTimeFormat(lang, { numeric: "auto" });
  const say = () => {
    const day = input.valueAsDate,
      now = new Date();
    if (!day) return void (echo.textContent = "");
    const today = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate());
    echo.textContent = `${inWords.format(day)}, ${away.format(Math.round((day - today) / 86_400_000), "day")}`;
  };
  input.addEventListener("input", say);
  say();
}
