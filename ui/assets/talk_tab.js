// Which talk this tab edits is remembered by the tab, so that a reload, or a new server, goes on with it.
export default function ({ data, setStateValue }) {
  const key = "nce-lab talk";
  if (data.talk) sessionStorage.setItem(key, data.talk);
  else if (sessionStorage.getItem(key)) setStateValue("talk", sessionStorage.getItem(key));
}
