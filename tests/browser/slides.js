// What a slide's figures show: each text with its kind and size in pixels of the slide, where it is, and what it lies on.
// Needs `seen` and `kindOf` of offline.js.
function textsOfSlide(slide) {
  const found = [];
  for (const plot of slide.querySelectorAll(".plot")) {
    const frame = plot.closest(".frame").getBoundingClientRect();
    const scale = plot.getBoundingClientRect().width / plot.offsetWidth;
    for (const element of [...plot.querySelectorAll("text")].filter(seen).filter((each) => !isCutOff(each, plot, scale))) {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      const size = parseFloat(getComputedStyle(element).fontSize) * scale;
      const outside = left < frame.left - 1 || right > frame.right + 1 || top < frame.top - 1 || bottom > frame.bottom + 1;
      found.push({ text: element.textContent, kind: kindOf(element), size, left, top, right, bottom, outside });
    }
  }
  return found;
}

// Text of a mark beyond its panel is in the page, and not drawn.
function isCutOff(element, plot, scale) {
  if (!element.closest(".textpoint")) return false;
  const corner = plot.getBoundingClientRect(), box = element.getBoundingClientRect();
  const x = ((box.left + box.right) / 2 - corner.left) / scale, y = ((box.top + box.bottom) / 2 - corner.top) / scale;
  return !Object.values(plot._fullLayout?._plots ?? {}).some(({ xaxis, yaxis }) =>
    x >= xaxis._offset && x <= xaxis._offset + xaxis._length && y >= yaxis._offset && y <= yaxis._offset + yaxis._length);
}
