// Choosing many at once: all that wait, without those unticked again. The forms work without it.

const form = document.getElementById("board");
const boxes = form ? [...form.querySelectorAll("input[type=checkbox][name=cell], input[type=checkbox][name=hit]")] : [];
const [all, none, count] = ["select-waiting", "select-none", "selected"].map((id) => document.getElementById(id));

function tell() {
  const n = boxes.filter((box) => box.checked).length;
  if (count) count.textContent = n ? count.dataset.words.replace("{n}", n) : "";
}

function choose(checked) {
  for (const box of boxes) box.checked = checked;
  tell();
}

if (boxes.length) {
  for (const [button, checked] of [[all, true], [none, false]]) {
    if (!button) continue;
    button.hidden = false;
    button.addEventListener("click", () => choose(checked));
  }
  form.addEventListener("change", tell);
  tell();
}
