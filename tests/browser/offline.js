// Draws a figure and says where its texts and panels are, in pixels from its left upper corner.
async function lookAt(figure, width, ground) {
  const place = document.getElementById("plot");
  document.body.style.background = ground;
  place.style.width = `${width}px`;
  // A fresh element each time: nothing of the last figure is left.
  const drawn = place.appendChild(document.createElement("div"));
  while (place.children.length > 1) {
    Plotly.purge(place.firstChild);
    place.firstChild.remove();
  }
  drawn.style.height = `${figure.layout.height}px`;
  await Plotly.newPlot(drawn, figure.data, { ...figure.layout, width }, { displayModeBar: false });
  const corner = drawn.getBoundingClientRect();
  const box = (element, text, kind) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const [x, y] = [corner.left, corner.top];
    return { text, kind, left: left - x, top: top - y, right: right - x, bottom: bottom - y };
  };
  const texts = [...drawn.querySelectorAll("text")].filter(seen).map((element) => {
    const { fill, fontSize } = getComputedStyle(element);
    return { ...box(element, element.textContent, kindOf(element)), colour: fill, size: parseFloat(fontSize) };
  });
  const { _plots: plots } = drawn._fullLayout;
  const areas = Object.entries(plots ?? {}).map(([name, { xaxis: x, yaxis: y }]) => ({
    text: "", kind: name, left: x._offset, top: y._offset, right: x._offset + x._length, bottom: y._offset + y._length,
  }));
  return { width: corner.width, height: drawn._fullLayout.height, texts, panels: areas };
}

function seen(element) {
  const { width, height } = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  return element.textContent.trim() && width > 0 && height > 0 && style.visibility !== "hidden" && style.opacity !== "0";
}

function kindOf(element) {
  const kinds = ["xtick", "ytick", "annotation", "legend", "colorbar", "textpoint", "xtitle", "ytitle", "slider", "button"];
  for (let at = element; at && at.classList; at = at.parentElement)
    for (const kind of kinds) if ([...at.classList].some((name) => name.includes(kind))) return kind;
  return element.getAttribute("class") ?? "";
}

// The colour that most pixels have in each of some boxes of a screenshot: what lies behind a text.
async function groundsOf(source, boxes) {
  const image = new Image();
  image.src = source;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  return boxes.map(([left, top, width, height]) => {
    const { data } = context.getImageData(left, top, width, height);
    const counts = new Map();
    for (let at = 0; at < data.length; at += 4) {
      const colour = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
    const [most] = [...counts].reduce((one, other) => (other[1] > one[1] ? other : one));
    return `#${most.toString(16).padStart(6, "0")}`;
  });
}
