// Saves the chart beside it as a file: dark ink on white, whatever the page's theme, for print.
const INK = "#333333";
const SCALE = 3;

export default function ({ parentElement, data }) {
  parentElement.querySelectorAll("button").forEach((button) => {
    button.onclick = () => {
      const place = document.querySelector(`.st-key-${CSS.escape(data.chart)}`);
      const plotly = place.querySelector(".js-plotly-plot");
      const save = plotly ? savePlotly : saveDrawing;
      save(plotly ?? place.querySelector("svg[width]"), button.dataset.format, data.stem);
    };
  });
}

// Through the page's own Plotly, drawn anew without the theme that Streamlit gave it.
function savePlotly(chart, format, filename) {
  const { width, height } = chart._fullLayout;
  const layout = { ...chart.layout, template: {}, paper_bgcolor: "white", plot_bgcolor: "white" };
  const options = { format, filename, width, height, scale: format === "png" ? SCALE : 1 };
  window.Plotly.downloadImage({ data: chart.data, layout }, options);
}

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
