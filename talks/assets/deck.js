// Keys, colours and the order of drawing; nothing here asks for anything.
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const asked = new URLSearchParams(window.location.search);
  const printing = /print/.test(asked.get("view") || "") || asked.has("print-pdf");
  const preview = asked.has("preview");
  const many = document.querySelectorAll(".slides section").length > 1;
  // The speaker's window has two decks of its own beside this one: contexts of a graphics card are for this one.
  const show = asked.has("receiver") ? deckFigures.pictures : deckFigures.draw;

  const setScheme = (isDark) => root.classList.toggle("dark", isDark && !printing);
  const recolour = () => { deckFigures.recolour(); if (window.Reveal?.isReady()) around(); };
  setScheme(dark.matches);
  dark.addEventListener("change", (event) => { setScheme(event.matches); recolour(); });

  async function all() {
    const slides = [...document.querySelectorAll(".slides section")];
    // Twice: a picture takes the contexts of a scene far away that was drawn before, which then is a picture too.
    for (const slide of [...slides, ...slides]) await deckFigures.pictures(slide);
  }

  const idle = () => new Promise((then) =>
    window.requestIdleCallback ? window.requestIdleCallback(then, { timeout: 1_000 }) : window.setTimeout(then, 50));
  // Neighbours and the one after the next, while nobody waits: a click then finds them there.
  const AHEAD = [1, -1, 2];
  let turn = 0;
  async function around() {
    const slides = Reveal.getSlides(), here = Reveal.getIndices().h, mine = ++turn;
    await show(slides[here]);
    await new Promise((then) => window.setTimeout(then, 250)); // the slides fade meanwhile
    for (const step of AHEAD) {
      await idle();
      if (turn !== mine) return;
      await show(slides[here + step], step);
    }
  }
  // Scenes take longer to draw than some slides are shown: as many as there are contexts for, while the first one is read.
  async function scenes() {
    const slides = Reveal.getSlides(), here = Reveal.getIndices().h;
    await show(slides[here]);
    for (const slide of [...slides.slice(here + 1), ...slides.slice(0, here).reverse()]) {
      if (!slide.querySelector(".plot[data-solid]")) continue;
      await idle();
      await show(slide, Infinity);
    }
  }

  // Reveal lays the pages out some frames after it has begun.
  async function pagesMade() {
    while (!document.querySelector(".pdf-page")) await new Promise((then) => window.setTimeout(then, 20));
  }

  let typed = "", timer = 0;
  function digit(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !/^[0-9]$/.test(event.key)) return;
    if (/^(INPUT|TEXTAREA)$/.test(event.target.tagName)) return;
    typed += event.key;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => { if (Number(typed)) Reveal.slide(Number(typed) - 1); typed = ""; }, 500);
  }
  document.addEventListener("keydown", digit);

  window.deck = Reveal.initialize({
    width: 1280, height: 720, margin: 0, minScale: 0.1, maxScale: 4, center: false, hash: true, slideNumber: preview ? false : "c/t",
    progress: !preview, controls: !preview || many,
    transition: calm || printing ? "none" : "fade", transitionSpeed: "fast", backgroundTransition: "none", controlsTutorial: false,
    // No slide is ever without a box: figures are drawn in it before it is shown, and a scene whose box comes back draws itself anew.
    viewDistance: Infinity, mobileViewDistance: Infinity, pdfSeparateFragments: false, pdfMaxPagesPerSlide: 1, plugins: [RevealNotes],
    scrollActivationWidth: null, showNotes: asked.get("notes") === "yes" ? "separate-page" : false,
    keyboard: { 68: () => { setScheme(!root.classList.contains("dark")); recolour(); } },
  }).then(async () => {
    Reveal.on("slidechanged", around);
    Reveal.on("overviewshown", all);
    if (printing) { await pagesMade(); await all(); } else { if (!preview && show === deckFigures.draw) await scenes(); around(); }
    root.dataset.ready = "";
  });
})();
