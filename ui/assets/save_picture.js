// Saves the chart beside it as a file: dark ink on white, whatever the page's theme, for print.
const INK = "#333333";
const SCALE = 3;
const ROOM_BELOW = 56;
const MOST_SETTINGS = 300;

export default function ({ parentElement, data }) {
  parentElement.querySelectorAll("button").forEach((button) => {
    button.onclick = () => {
      const place = document.querySelector(`.st-key-${CSS.escape(data.chart)}`);
      const plotly = place.querySelector(".js-plotly-plot");
      const { format, bare } = button.dataset;
      if (plotly) savePlotly(plotly, format, data.stem, bare === undefined ? data : null);
      else saveDrawing(place.querySelector("svg[width]"), format, data.stem);
    };
  });
}

// Through the page's own Plotly, drawn anew without the theme that Streamlit gave it, and without what can only be
// pressed. With `said`, title, how to read it, settings and source stand around it: a picture goes on without its page.
function savePlotly(chart, format, filename, said) {
  const layout = inDarkInk(chart.layout);
  const { width } = chart._fullLayout;
  const size = framed(chart);
  if (said) write(said, layout, size, width);
  const height = size.t + size.h + size.b;
  layout.margin = { ...layout.margin, t: size.t, b: size.b };
  const options = { format, filename, width, height, scale: format === "png" ? SCALE : 1 };
  window.Plotly.downloadImage({ data: chart.data, layout: { ...layout, width, height } }, options);
}

// Of a dark page the texts are white: on paper they have the paper's ink.
function inDarkInk(layout) {
  const live = layout.font?.color;
  const text = JSON.stringify({ ...layout, template: {} });
  const dark = live ? text.replaceAll(JSON.stringify(live), JSON.stringify(INK)) : text;
  const { sliders, updatemenus, ...rest } = JSON.parse(dark);
  return { ...rest, paper_bgcolor: "white", plot_bgcolor: "white" };
}

// The plot's own height and the margins around it; the room below a plot that was for a player is given back.
function framed(chart) {
  const { t, h, b } = chart._fullLayout._size;
  const played = (chart.layout.sliders ?? []).length > 0;
  return { t, h, b: played ? Math.min(b, ROOM_BELOW) : b };
}

function write(said, layout, size, width) {
  const title = wrapped(said.title, width, 9.5);
  const settings = decodeURIComponent(location.pathname.split("/").pop() + location.search).slice(0, MOST_SETTINGS);
  const below = [
    ...wrapped(`How to read this. ${said.reading}`, width, 6.2),
    ...wrapped(`${escaped(settings) || "Start"} · ${said.source}`, width, 6.2),
  ];
  const text = { xref: "paper", x: 0, xanchor: "left", yref: "paper", align: "left", showarrow: false };
  const left = { xshift: 12 - (layout.margin?.l ?? 0) };
  const head = { y: 1, yanchor: "bottom", yshift: size.t, text: `<b>${title.join("<br>")}</b>` };
  const foot = { y: 0, yanchor: "top", yshift: -size.b, text: below.join("<br>") };
  layout.annotations = [
    ...(layout.annotations ?? []),
    { ...text, ...left, ...head, font: { size: 17, color: INK } },
    { ...text, ...left, ...foot, font: { size: 12, color: INK } },
  ];
  size.t += 12 + 23 * title.length;
  size.b += 12 + 17 * below.length;
}

// Lines of about `width` pixels, a letter having `each`.
function wrapped(text, width, each) {
  const most = Math.max(30, (width - 24) / each);
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    if (lines.at(-1) && lines.at(-1).length + word.length + 1 > most) lines.push("");
    lines.push(`${lines.pop()} ${word}`.trim());
  }
  return lines;
}

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function saveDrawing(svg, format, filename) {
  const copy = svg.cloneNode(true);
  const { width, height } = svg.getBoundingClientRect();
  copy.setAttribute("viewBox", `0 0 ${width} ${height}`);
  copy.querySelectorAll("text").forEach((text) => {
    text.setAttribute("fill", INK);
    text.removeAttribute("stroke");
  });
  const ground = document.createElementNS(copy.namespaceURI, "rect");
  Object.entries({ width, height, fill: "white" }).forEach(([name, value]) => ground.setAttribute(name, value));
  copy.prepend(ground);
  const file = new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" });
  if (format === "svg") download(file, `${filename}.svg`);
  else rasterise(file, width, height).then((picture) => download(picture, `${filename}.png`));
}

async function rasterise(file, width, height) {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: width * SCALE, height: height * SCALE });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

function download(file, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}
