// The deck's figures and formulas: each is drawn when its slide, or one beside it, is first seen. A browser has few
// drawing contexts of a graphics card, so that figures which need them are let go again, farthest first.
const deckFigures = (() => {
  const CONFIG = { displaylogo: false, responsive: false, modeBarButtonsToRemove: ["toImage", "select2d", "lasso2d"] };
  const CONTEXTS = window.matchMedia("(pointer: coarse)").matches ? 8 : 12; // browsers give 16 to a page, on a phone 8
  const NO_WEBGL = ", for this browser has no WebGL";
  const root = document.documentElement;
  const cameras = new WeakMap(); // what a presenter has turned stays so

  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  function template() {
    const axis = { gridcolor: colour("--grid"), linecolor: colour("--line"), zerolinecolor: colour("--grid") };
    const scene = { ...axis, backgroundcolor: "rgba(0,0,0,0)", color: colour("--ink") };
    return { layout: {
      font: { color: colour("--ink"), family: getComputedStyle(document.body).fontFamily },
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", xaxis: axis, yaxis: axis,
      scene: { xaxis: scene, yaxis: scene, zaxis: scene },
      hoverlabel: { bgcolor: colour("--ground"), bordercolor: colour("--line"), font: { color: colour("--ink") } },
    } };
  }

  async function data(name) {
    const script = document.getElementById(name);
    if (script.dataset.packed === undefined) return JSON.parse(script.textContent);
    const bytes = Uint8Array.from(atob(script.textContent), (letter) => letter.charCodeAt(0));
    const text = new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")));
    return JSON.parse(await text.text());
  }
  async function read(place) {
    const { layout, marks } = await data(place.dataset.figure);
    return { ...await data(marks), layout };
  }
  function inPlace(place, figure) {
    const sized = { width: Number(place.dataset.width), height: Number(place.dataset.height), autosize: false };
    const layout = { ...figure.layout, ...sized, template: template() };
    for (const [name, camera] of Object.entries(cameras.get(place) || {})) layout[name] = { ...layout[name], camera };
    return { data: figure.data, layout, frames: figure.frames, config: CONFIG };
  }

  // How many contexts a figure takes: one a scene; three of flat marks that the card draws.
  function needed({ data, layout }) {
    const flat = data.some(({ type }) => /gl$|^splom$/.test(type || ""));
    const solid = data.some(({ type }) => /3d$|^(surface|cone|isosurface|volume)$/.test(type || ""));
    const scenes = Object.keys(layout).filter((name) => name.startsWith("scene")).length;
    return (flat ? 3 : 0) + (solid ? Math.max(1, scenes) : 0);
  }

  const live = () => [...document.querySelectorAll(".plot[data-contexts]")];
  const held = () => live().reduce((sum, place) => sum + Number(place.dataset.contexts), 0);

  function release(place) {
    // As it is seen: the layout has the camera of the moment in which it was let go of, and a scene turns on a little.
    const scenes = Object.entries(place._fullLayout || {}).filter(([, each]) => each?._scene?.camera);
    cameras.set(place, Object.fromEntries(scenes.map(([name, each]) => [name, each._scene.getCamera()])));
    letGo(place);
    delete place.dataset.contexts;
    delete place.dataset.drawn;
  }

  function letGo(place) {
    for (const canvas of place.querySelectorAll("canvas")) {
      const context = canvas.getContext("webgl") || canvas.getContext("webgl2");
      context?.getExtension("WEBGL_lose_context")?.loseContext();
    }
    Plotly.purge(place);
  }

  const isLost = (place) => [...place.querySelectorAll("canvas")].some((canvas) =>
    (canvas.getContext("webgl") || canvas.getContext("webgl2"))?.isContextLost());

  // Whether so many more may be taken, once figures of slides farther than `near` from the one that is shown are let go.
  function makeRoom(count, near) {
    const slides = Reveal.getSlides(), here = Reveal.getIndices().h;
    const distance = (place) => Math.abs(slides.indexOf(place.closest("section")) - here);
    for (const place of live().sort((one, other) => distance(other) - distance(one))) {
      if (held() + count <= CONTEXTS || distance(place) <= near) break;
      release(place);
    }
    return held() + count <= CONTEXTS;
  }

  function failed(place, why = "") {
    delete place.dataset.contexts;
    place.className = "failed";
    place.textContent = `This figure could not be drawn${why}. ${place.getAttribute("aria-label") || ""}`;
  }

  async function drawOne(place, ahead) {
    if (place.dataset.contexts && isLost(place)) release(place);
    if (place.dataset.drawn === "") return;
    place.dataset.drawn = "";
    try {
      const figure = await read(place), count = needed(figure);
      // The next one may take contexts from the one before, others from those alone that are farther than they are.
      const near = ahead === 1 ? 0 : Math.abs(ahead) || 1;
      if (count && !makeRoom(count, near) && ahead) { delete place.dataset.drawn; return; }
      if (count) makeRoom(count, 0);
      place.replaceChildren();
      if (count) place.dataset.contexts = count;
      listen(place);
      await Plotly.newPlot(place, inPlace(place, figure));
      if (place.querySelector(".no-webgl")) failed(place, NO_WEBGL);
    } catch { failed(place); }
  }

  // A picture of a figure that the card draws: for slides that are seen many at once, or printed. Its texts stay text.
  async function still(place) {
    if (place.dataset.drawn !== undefined) return;
    place.dataset.drawn = "still";
    const figure = await read(place), count = needed(figure);
    if (place.dataset.drawn !== "still") return;
    if (!count) { delete place.dataset.drawn; await drawOne(place, 0); return; }
    makeRoom(count, 0);
    const easel = document.body.appendChild(document.createElement("div"));
    easel.className = "easel";
    try {
      const { data, layout } = inPlace(place, figure);
      await Plotly.newPlot(easel, { data, layout, config: { staticPlot: true, plotGlPixelRatio: 2 } });
      if (easel.querySelector(".no-webgl")) { failed(place, NO_WEBGL); easel.remove(); return; }
      const picture = new DOMParser().parseFromString(Plotly.Snapshot.toSVG(easel, "svg"), "image/svg+xml");
      if (place.dataset.drawn === "still") place.replaceChildren(document.importNode(picture.documentElement, true));
    } catch { failed(place); }
    letGo(easel);
    easel.remove();
  }

  // A finger on a flat figure turns the slide, as it does beside it; on a scene it turns the scene, on a slider that.
  function listen(place) {
    if (place.dataset.listens !== undefined) return;
    place.dataset.listens = "";
    place.addEventListener("touchstart", (event) => {
      if (event.target.closest(".draglayer")) event.stopPropagation();
    }, { capture: true, passive: true });
    place.addEventListener("pointerdown", (event) => {
      if (event.target.closest(".gl-container, .slider-container")) event.stopPropagation();
    });
  }

  function formulas(slide) {
    for (const place of slide.querySelectorAll(".formula:not([data-drawn])")) {
      place.dataset.drawn = "";
      const displayMode = place.classList.contains("display");
      katex.render(place.textContent, place, { displayMode, throwOnError: false, trust: false, strict: "ignore", maxExpand: 500, maxSize: 20 });
    }
  }

  return {
    // All of a slide; `ahead`: by how many slides, for nobody sees it yet; 0: the one that is shown.
    async draw(slide, ahead = 0) {
      if (!slide) return;
      formulas(slide);
      for (const place of slide.querySelectorAll(".plot")) await drawOne(place, ahead);
    },
    async pictures(slide) {
      if (!slide) return;
      formulas(slide);
      for (const place of slide.querySelectorAll(".plot")) await still(place);
    },
    recolour() {
      document.querySelectorAll(".plot[data-drawn]").forEach((place) => {
        if (place.layout) Plotly.relayout(place, { template: template() });
        else { delete place.dataset.drawn; place.replaceChildren(); }
      });
    },
  };
})();
