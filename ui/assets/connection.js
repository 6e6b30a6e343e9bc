// Where the server does not answer, Streamlit's own dialog asks for the internet, which this lab never uses; and when it
// answers again, the page stays as it was, whatever the server has lost. This script is in the page before that happens.
const THEIRS = /Are you connected to the internet\?|Is Streamlit still running\?/;
const OURS =
  "The lab does not answer. If it was stopped, start it again (make app, or streamlit run app.py): this page goes on by" +
  " itself as soon as it answers, and says what was lost.";

// Whether the dialog is there, with our words in it.
function reworded(dialog) {
  const walker = document.createTreeWalker(dialog, NodeFilter.SHOW_TEXT);
  let found = false;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (THEIRS.test(node.nodeValue)) node.nodeValue = OURS;
    if (node.nodeValue === "streamlit run yourscript.py") node.nodeValue = "make app";
    found ||= node.nodeValue === OURS;
  }
  return found;
}

function watch() {
  let away = false;
  const look = () => {
    const dialogs = [...document.querySelectorAll("[role=dialog]")].filter(reworded);
    const gone = dialogs.length > 0 || document.querySelector("[data-testid=stConnectionStatus]") !== null;
    if (away && !gone) window.nceLabIsBack();
    away = gone;
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
}

export default function ({ setTriggerValue }) {
  const first = window.nceLabIsBack === undefined;
  window.nceLabIsBack = () => setTriggerValue("back", true); // of the page that is shown now
  if (first) watch();
}
