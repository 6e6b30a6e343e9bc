// Where the server does not answer, Streamlit's own dialog asks for the internet, which this lab never uses. The script
// is in the page before that happens; the dialog is looked for only among what is added to the end of the page.
const THEIRS = /Are you connected to the internet\?|Is Streamlit still running\?/;
const OURS =
  "The lab does not answer. If it was stopped, start it again (make app, or streamlit run app.py): this page goes on by" +
  " itself as soon as it answers, and says what was lost.";

function reword(dialog) {
  const walker = document.createTreeWalker(dialog, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (THEIRS.test(node.nodeValue)) node.nodeValue = OURS;
    if (node.nodeValue === "streamlit run yourscript.py") node.nodeValue = "make app";
  }
}

export default function () {
  if (window.nceLabWatchesConnection) return;
  window.nceLabWatchesConnection = true;
  new MutationObserver(() => document.querySelectorAll("[role=dialog]").forEach(reword)).observe(document.body, {
    childList: true,
    subtree: true,
    characterData: true,
  });
}
