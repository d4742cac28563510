// Puts an answer into the fields of a ballot; what was typed stays where the answer is «no opinion».
export function fill(place, answer) {
  const seen = {};
  for (const field of place.querySelectorAll("input:not([type=hidden]), textarea, select")) {
    if (answer.get("choice") === "0" && field.matches("textarea, [name=word]")) continue;
    const given = answer.getAll(field.name);
    if (field.type === "checkbox" || field.type === "radio") field.checked = given.includes(field.value);
    else field.value = given[(seen[field.name] = (seen[field.name] ?? -1) + 1)] ?? "";
  }
  place.dispatchEvent(new Event("lunchkit:filled", { bubbles: true }));
}
