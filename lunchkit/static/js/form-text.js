// What is written in a form, as one text; neither its token nor the version that it was filled from.
export const textOf = (form) => {
  const own = ([name, value]) => typeof value === "string" && !["csrf_token", "version"].includes(name);
  return new URLSearchParams([...new FormData(form)].filter(own)).toString();
};
