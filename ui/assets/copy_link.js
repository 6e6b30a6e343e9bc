// The browser's own address, with the value of every control written out: Streamlit leaves defaults out of it.
export default function ({ parentElement, data }) {
  const button = parentElement.querySelector("button");
  button.onclick = async () => {
    const link = new URL(window.location.href);
    for (const [name, values] of Object.entries(data.values)) {
      link.searchParams.delete(name);
      values.forEach((value) => link.searchParams.append(name, value));
    }
    link.searchParams.set("v", data.version);
    try {
      await navigator.clipboard.writeText(link.href);
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy link"), 1500);
    } catch {
      window.prompt("The browser does not let this page copy. The link:", link.href);
    }
  };
}
