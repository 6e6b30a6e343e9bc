// Four things that Streamlit's page leaves undone for figures; `data.plotly` is the address of Plotly's script.
// A browser gives a page some sixteen contexts of the graphics card. A sphere that has left the page keeps its own until
// memory is cleared, so that after a few runs the browser takes the oldest away, with a warning, be it in sight or not.
const AWAY = 1000; // milliseconds: what was only moved is back by then

function letGo(canvas) {
  if (canvas.isConnected) return;
  const context = canvas.getContext("webgl") ?? canvas.getContext("webgl2"); // none of a canvas that draws in 2-D
  if (!context || context.isContextLost()) return;
  // Plotly would wait for this one to come back, and ask at every frame.
  canvas.addEventListener("webglcontextlost", (event) => event.stopImmediatePropagation(), { capture: true });
  context.getExtension("WEBGL_lose_context")?.loseContext();
}

function canvases(node) {
  return node.matches("canvas") ? [node] : [...node.querySelectorAll("canvas")];
}

// Plotly's 4.7 MB are read while the page waits for the server, and not when the figure is there; where ECharts draws
// one first, the start page's or a live run's, after that.
let ready = false;
function makeReady() {
  const { plotly, after } = window.nceLabFigures;
  if (ready || !plotly || (after && !document.querySelector(after))) return;
  ready = true;
  requestIdleCallback(() => import(plotly).catch(() => undefined)); // without it the page loads it as it always does
}

// The live picture stays in its place until the last figure is drawn: Plotly's first sphere takes a second.
const LONGEST = 4000; // milliseconds
let live; // the live picture when it was last seen: its canvas, where it lay, on which page
function bridge() {
  const canvas = document.querySelector("[data-testid=stMain] [data-testid=stEChartsChart] canvas");
  if (live && !canvas && !live.canvas.isConnected && live.page === location.pathname) keepUntilDrawn(live);
  live = canvas && { canvas, box: canvas.getBoundingClientRect(), page: location.pathname };
}

function keepUntilDrawn({ canvas, box, page }) {
  const place = document.createElement("div");
  place.ariaHidden = "true";
  place.dataset.bridge = "";
  const { left, top, width, height } = box;
  const ground = getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor;
  Object.assign(place.style, {
    position: "fixed", left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px`,
    background: ground, pointerEvents: "none", zIndex: 1,
  });
  place.append(canvas);
  document.body.append(place);
  const began = performance.now();
  const end = () => {
    const drawn = document.querySelector(".js-plotly-plot .main-svg, [data-testid=stEChartsChart] canvas");
    const over = drawn || page !== location.pathname || performance.now() - began > LONGEST;
    if (over) place.remove();
    else requestAnimationFrame(end);
  };
  end();
}

// A figure that fills the screen is read from farther away: its texts are larger, and as before when it is back.
const LARGER = 4 / 3;
function fitTexts() {
  for (const chart of document.querySelectorAll(".js-plotly-plot")) {
    const frame = chart.closest("[data-testid=stFullScreenFrame]");
    const fills = frame !== null && getComputedStyle(frame).position === "fixed";
    if (!chart._fullLayout || fills === Boolean(chart.nceLabTexts)) continue;
    const sizes = fills ? textSizes(chart._fullLayout) : chart.nceLabTexts;
    chart.nceLabTexts = fills ? sizes : undefined;
    const times = fills ? LARGER : 1;
    const change = Object.entries(sizes).map(([name, size]) => [name, Math.round(size * times)]);
    window.Plotly.relayout(chart, Object.fromEntries(change));
  }
}

function textSizes(layout) {
  const sizes = { "legend.font.size": layout.legend?.font?.size };
  for (const [name, axis] of Object.entries(layout).filter(([name]) => /^[xy]axis\d*$/.test(name))) {
    sizes[`${name}.tickfont.size`] = axis.tickfont?.size;
    sizes[`${name}.title.font.size`] = axis.title?.font?.size;
  }
  (layout.annotations ?? []).forEach((note, place) => (sizes[`annotations[${place}].font.size`] = note.font.size));
  return Object.fromEntries(Object.entries(sizes).filter(([, size]) => size));
}

function look(changes) {
  const gone = changes.flatMap((change) => [...change.removedNodes]).filter((node) => node instanceof Element);
  for (const canvas of gone.flatMap(canvases)) setTimeout(letGo, AWAY, canvas);
  bridge();
  makeReady();
  fitTexts();
}

export default function ({ data }) {
  const first = window.nceLabFigures === undefined;
  window.nceLabFigures = { plotly: data.plotly && new URL(data.plotly, location.href).href, after: data.after };
  if (!first) return;
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  makeReady();
}
