// What a page holds on the server is remembered by the tab. Where a later visit's server holds less, that is said.
const WHY = {
  server: "The lab was started anew since this tab was last here, and no longer has: ",
  session: "This page was loaded anew, or its connection was gone for too long, and the lab no longer has: ",
  page: "The page was left in between, and the lab no longer has: ",
};

export default function ({ parentElement, data, setTriggerValue }) {
  const key = `nce-lab ${data.place}`;
  const before = JSON.parse(sessionStorage.getItem(key) ?? "null") ?? { held: {}, lost: {} };
  const news = before.visit !== data.visit;
  const lost = { ...before.lost, ...(news ? before.held : {}) };
  [...Object.keys(data.held), ...data.there].forEach((name) => delete lost[name]);
  const changed = ["server", "session"].find((name) => before[name] !== data[name]) ?? "page";
  const now = { ...data, lost, why: news && Object.keys(before.held).length ? changed : before.why };
  sessionStorage.setItem(key, JSON.stringify(now));
  // Where the same server may still have the session before, it is asked once, by the token that this tab alone has.
  const anew = before.server === data.server && before.session !== data.session;
  if (data.back && anew && Object.keys(before.held).length) setTriggerValue("back", before.session);

  const box = parentElement.querySelector("[role=status]");
  const words = Object.values(lost).join("; ");
  box.hidden = !words;
  box.querySelector("span").textContent = words && `${WHY[now.why] ?? ""}${words}.`;
  box.querySelector("button").onclick = () => {
    sessionStorage.setItem(key, JSON.stringify({ ...now, lost: {} }));
    box.querySelector("span").textContent = "";
    box.hidden = true;
  };
}
