// To what the page is there to press: Run in a world, else the first control, else the page itself.
const PLACES = [".st-key-main-control button:enabled", ".st-key-controls :is(input, button, textarea, [tabindex='0'])"];

export default function ({ parentElement }) {
  const link = parentElement.querySelector("a");
  link.onclick = (event) => {
    event.preventDefault();
    const found = PLACES.map((place) => document.querySelector(place)).find((each) => each);
    const target = found ?? document.querySelector("[data-testid=stMain]");
    if (!found) target.tabIndex = -1;
    target.focus();
    target.scrollIntoView({ block: "center" });
  };
}
