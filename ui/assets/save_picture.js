// Saves the chart beside it through the page's own Plotly: dark ink on white, whatever the page's theme, for print.
export default function ({ parentElement, data }) {
  parentElement.querySelectorAll("button").forEach((button) => {
    button.onclick = () => {
      const chart = document.querySelector(`.st-key-${CSS.escape(data.chart)} .js-plotly-plot`);
      const { width, height } = chart._fullLayout;
      const layout = { ...chart.layout, template: {}, paper_bgcolor: "white", plot_bgcolor: "white" };
      const format = button.dataset.format;
      const options = { format, filename: data.stem, width, height, scale: format === "png" ? 3 : 1 };
      window.Plotly.downloadImage({ data: chart.data, layout }, options);
    };
  });
}
