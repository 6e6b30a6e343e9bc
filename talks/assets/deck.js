// Draws each figure when its slide, or the one before it, is first seen; nothing here asks for anything.
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const asked = new URLSearchParams(window.location.search);
  const printing = /print/.test(asked.get("view") || "") || asked.has("print-pdf");
  const preview = asked.has("preview");
  const CONFIG = { displaylogo: false, responsive: false, modeBarButtonsToRemove: ["toImage", "select2d", "lasso2d"] };

  const setScheme = (isDark) => root.classList.toggle("dark", isDark && !printing);
  setScheme(dark.matches);
  dark.addEventListener("change", (event) => { setScheme(event.matches); recolour(); });

  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const axisLook = () => ({ gridcolor: colour("--grid"), linecolor: colour("--line"), zerolinecolor: colour("--grid") });
  function template() {
    const axis = axisLook();
    const scene = { ...axis, backgroundcolor: "rgba(0,0,0,0)", color: colour("--ink") };
    return { layout: {
      font: { color: colour("--ink"), family: getComputedStyle(document.body).fontFamily },
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", xaxis: axis, yaxis: axis,
      scene: { xaxis: scene, yaxis: scene, zaxis: scene },
      hoverlabel: { bgcolor: colour("--ground"), bordercolor: colour("--line"), font: { color: colour("--ink") } },
    } };
  }

  function draw(slide) {
    if (!slide) return;
    for (const place of slide.querySelectorAll(".plot:not([data-drawn])")) {
      place.dataset.drawn = "";
      try {
        const figure = JSON.parse(document.getElementById(place.dataset.figure).textContent);
        const sized = { width: Number(place.dataset.width), height: Number(place.dataset.height), autosize: false };
        const layout = { ...figure.layout, ...sized, template: template() };
        Plotly.newPlot(place, { data: figure.data, layout, frames: figure.frames, config: CONFIG })
          .catch(() => failed(place));
      } catch { failed(place); }
    }
    for (const place of slide.querySelectorAll(".formula:not([data-drawn])")) {
      place.dataset.drawn = "";
      const displayMode = place.classList.contains("display");
      katex.render(place.textContent, place, { displayMode, throwOnError: false, trust: false, strict: "ignore", maxExpand: 500, maxSize: 20 });
    }
  }

  function failed(place) {
    place.className = "failed";
    place.textContent = `This figure could not be drawn. ${place.getAttribute("aria-label") || ""}`;
  }

  function recolour() {
    document.querySelectorAll(".plot[data-drawn]").forEach((place) => {
      if (place.layout) Plotly.relayout(place, { template: template() });
    });
  }

  const all = () => document.querySelectorAll(".slides section").forEach(draw);
  const around = () => {
    const slides = Reveal.getSlides(), here = Reveal.getIndices().h;
    draw(slides[here]);
    // The next one while nobody waits: a click then finds it there.
    window.setTimeout(() => draw(slides[here + 1]), 250);
  };

  let typed = "", timer = 0;
  function digit(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !/^[0-9]$/.test(event.key)) return;
    if (/^(INPUT|TEXTAREA)$/.test(event.target.tagName)) return;
    typed += event.key;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => { if (Number(typed)) Reveal.slide(Number(typed) - 1); typed = ""; }, 500);
  }
  document.addEventListener("keydown", digit);

  window.deck = Reveal.initialize({
    width: 1280, height: 720, margin: 0, minScale: 0.1, maxScale: 4, center: false, hash: true, slideNumber: preview ? false : "c/t",
    progress: !preview, controls: !preview,
    transition: calm || printing ? "none" : "fade", transitionSpeed: "fast", backgroundTransition: "none", controlsTutorial: false,
    viewDistance: 2, pdfSeparateFragments: false, pdfMaxPagesPerSlide: 1, plugins: [RevealNotes],
    scrollActivationWidth: null, showNotes: asked.get("notes") === "yes" ? "separate-page" : false,
    keyboard: { 68: () => { setScheme(!root.classList.contains("dark")); recolour(); } },
  }).then(() => {
    Reveal.on("slidechanged", around);
    Reveal.on("overviewshown", all);
    if (printing) { all(); } else { around(); }
    root.dataset.ready = "";
  });
})();
