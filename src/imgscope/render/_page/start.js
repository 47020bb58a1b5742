drawSeverities();
setTheme(window.matchMedia("(prefers-color-scheme: dark)").matches);
byId("theme").addEventListener("click", () => setTheme(document.documentElement.dataset.theme !== "dark"));
byId("mode").addEventListener("change", openTreemap);
byId("finding-search").addEventListener("input", drawFindings);
byId("severities").addEventListener("change", drawFindings);
byId("package-search").addEventListener("input", drawPackages);
if (reports.length > 1) {
  byId("image-choice").hidden = false;
  byId("image").append(...reports.map((each, index) => { const option = make("option", "", each.reference); option.value = String(index); return option; }));
  byId("image").addEventListener("change", () => show(Number(byId("image").value)));
}
window.addEventListener("resize", drawTreemap);
show(0);
